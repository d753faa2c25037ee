"""What a person says in words becomes a proposal: moves of sliders, masks and crops, shown before they are applied."""
