"""Numbers computed from a seed, the same each time: primes, and moduli with known weaknesses."""

import hashlib
from functools import lru_cache

from .keys import Key, of_primes

SMALL = [n for n in range(2, 2000) if all(n % d for d in range(2, int(n ** 0.5) + 1))]


def stream(seed: str, bits: int) -> int:
    """A number of exactly that many bits whose two highest are set."""
    data = b"".join(hashlib.sha512(f"{seed} {i}".encode()).digest() for i in range(bits // 512 + 1))
    return int.from_bytes(data, "big") >> (len(data) * 8 - bits) | 3 << (bits - 2)


def is_prime(n: int) -> bool:
    """Miller-Rabin to fixed bases; nobody chose these numbers to deceive it."""
    if any(n % small == 0 for small in SMALL):
        return n in SMALL
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in SMALL[:12]:
        x = pow(base, odd, n)
        if x not in (1, n - 1) and not any((x := x * x % n) == n - 1 for _ in range(twos - 1)):
            return False
    return True


def next_prime(n: int, e: int = 65537) -> int:
    """The next prime whose predecessor has no factor in common with e."""
    n |= 1
    while not (is_prime(n) and (n - 1) % e):
        n += 2
    return n


@lru_cache(maxsize=None)
def key(bits: int, seed: str = "", e: int = 65537) -> Key:
    """A sound key of that size."""
    return of_primes(next_prime(stream(f"p {bits} {seed}", (bits + 1) // 2), e),
                     next_prime(stream(f"q {bits} {seed}", bits // 2), e), e)


def number(bits: int) -> Key:
    """A modulus without small factors that nobody can sign with; cheap at any size."""
    n = stream(f"n {bits}", bits) | 1
    while any(n % small == 0 for small in SMALL):
        n += 2
    return Key(n)


@lru_cache(maxsize=None)
def close_primes() -> Key:
    """Fermat's method factors it in one step."""
    p = next_prime(stream("close", 1024))
    return of_primes(p, next_prime(p + 2))


def small_factor(factor: int) -> Key:
    n = factor * number(2048 - factor.bit_length()).n
    assert n.bit_length() == 2048
    return Key(n)


@lru_cache(maxsize=None)
def roca() -> Key:
    """Primes k * M + (65537^a mod M) with M the product of the first 126 primes (CVE-2017-15361)."""
    product = 1
    for small in SMALL[:126]:
        product *= small

    def prime(seed: str) -> int:
        unit = pow(65537, stream(seed, 64), product)
        k = (stream(seed, 1024) - unit) // product
        while not is_prime(k * product + unit):
            k += 1
        return k * product + unit

    return of_primes(prime("roca p"), prime("roca q"))
