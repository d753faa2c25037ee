"""Whether the words of a request ask for what a language model proposes: checked after it, by other means than its."""
