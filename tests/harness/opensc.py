"""Configuration with which Debian's OpenSC reads and signs with the card's `opensc` shape."""

from __future__ import annotations

from pathlib import Path

MODULE = Path("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")
ATR = "3b:8f:81:31:fe:45:80:73:c0:01:c0:59:53:48:4f:4d:45:49:20:4f:53:06"


def write_config(path: Path) -> None:
    """The MaskTech driver is the one that speaks plain ISO 7816-15 to an unknown card and declares RSA."""
    path.write_text(f"""app default {{
  card_atr {ATR} {{
    driver = "MaskTech";
    name = "Virtual HPKI card";
  }}
  framework pkcs15 {{
    use_file_caching = no;
  }}
}}
""")
