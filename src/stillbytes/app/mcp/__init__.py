"""The editor for other programs' assistants, over the Model Context Protocol: every declared verb as a tool."""
