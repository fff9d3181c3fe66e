"""Messages through a pipe come whole, or are refused."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabellion.base.pipes import FrameBroken, receive, send


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_messages_come_as_they_were_sent(messages: list[bytes]) -> None:
    pipe = io.BytesIO()
    for message in messages:
        send(pipe, message)
    pipe.seek(0)
    assert [receive(pipe) for _ in messages] == messages
    with pytest.raises(EOFError):
        receive(pipe)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_bent_or_cut_message_is_refused(message: bytes, data: st.DataObject) -> None:
    pipe = io.BytesIO()
    send(pipe, message)
    whole = pipe.getvalue()
    place = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    for broken in (bent, whole[:place] or b"\0", b"printed by a library\n" + whole):
        with pytest.raises((FrameBroken, EOFError)):
            receive(io.BytesIO(broken))
