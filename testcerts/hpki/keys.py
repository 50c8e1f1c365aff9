"""The RSA keys of the test PKI. They are public and worthless, and every file says so."""

from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import pem
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

FOLDER = Path(__file__).resolve().parent / "keys"
HEADING = "TEST KEY: published with the source, worthless, never to be trusted outside tests.\n"


def path(name: str) -> Path:
    return FOLDER / f"{name}.pem"


def private_key(name: str) -> rsa.RSAPrivateKey:
    return serialization.load_pem_private_key(path(name).read_bytes(), None)


def public_key(name: str) -> rsa.RSAPublicKey:
    """Read without loading the private key, whose check costs more than everything else done here."""
    _, _, der = pem.unarmor(path(name).read_bytes())
    numbers = asn1_keys.PrivateKeyInfo.load(der)["private_key"].parsed
    return rsa.RSAPublicNumbers(numbers["public_exponent"].native, numbers["modulus"].native).public_key()


def make_missing(names) -> list[str]:
    FOLDER.mkdir(exist_ok=True)
    made = [name for name in names if not path(name).exists()]
    for name in made:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path(name).write_text(HEADING + text.decode())
    return made
