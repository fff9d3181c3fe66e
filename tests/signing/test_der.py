import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.der import DerInvalid, DerTooLarge, Limits, check, sequence

LIMITS = Limits(size=1 << 20, depth=8, count=100)


@given(st.recursive(st.binary(max_size=300).map(lambda data: (data,)), lambda one: st.lists(one, max_size=4)))
def test_what_is_nested_within_the_limits_passes(tree):
    def write(node) -> bytes:
        if isinstance(node, tuple):
            return b"\x04" + sequence(node[0])[1:]
        return sequence(b"".join(map(write, node)))

    check(write(tree), Limits(1 << 20, 64, 1000))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_lengths(size):
    data = sequence(bytes([5, 0]) * (size // 2))
    assert data[0] == 0x30
    check(data, Limits(1 << 20, 2, 1 << 20))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "30",
        "3080",
        "30800000",
        "308100",
        "30817f" + "00" * 127,
        "3082007f" + "00" * 127,
        "308500000000010500",
        "30840000",
        "3003",
        "30020500ff",
        "3003050000",
        "30030502",
        "3003040200",
        "1f8100",
        "300430030500",
        "3004300205",
    ],
)
def test_what_is_no_single_der_value(data):
    with pytest.raises(DerInvalid):
        check(bytes.fromhex(data), LIMITS)


def test_limits():
    with pytest.raises(DerTooLarge, match="bytes"):
        check(sequence(bytes(LIMITS.size)), LIMITS)
    deep = b"\x05\x00"
    for _ in range(LIMITS.depth):
        deep = sequence(deep)
    check(deep, LIMITS)
    with pytest.raises(DerTooLarge, match="levels"):
        check(sequence(deep), LIMITS)
    check(sequence(b"\x05\x00" * 99), LIMITS)
    with pytest.raises(DerTooLarge, match="elements"):
        check(sequence(b"\x05\x00" * 100), LIMITS)


@given(st.binary(max_size=64))
def test_any_bytes_pass_or_are_refused(data):
    try:
        check(data, LIMITS)
    except DerInvalid:
        return
    assert data
