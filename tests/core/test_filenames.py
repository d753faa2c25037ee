from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.filenames import MOST_BYTES, fits, made_plain


@given(st.text(max_size=400) | st.sampled_from(["nul.x.y", "COM¹.a", "con .txt", "🦉" * 90, "a. ."]))
def test_any_text_is_made_a_name_that_fits(text: str) -> None:
    name = made_plain(text)
    assert fits(name) and len(name.encode()) <= MOST_BYTES and made_plain(name) == name
