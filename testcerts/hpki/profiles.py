"""What the test PKI consists of: names, object identifiers, profiles and holders, as tables.

The signature profile follows what certificates of the real HPKI show. The profile of the end-entity certificate for
authentication is not confirmed by any public document: AUTHENTICATION below is the one place to change it.
"""

from dataclasses import dataclass, field

HPKI_ARC = "1.2.392.100495.1.5.1"
# RFC 5612 reserves enterprise number 32473 for documentation; the arc below it is ours:
#   .10.1 policy of the network's staff cards
EXAMPLE_ARC = "1.3.6.1.4.1.32473"
HC_ROLE_ATTRIBUTE = "1.0.17090.0.1"  # ISO 17090-3
HC_ROLE_SCHEME = "1.2.392.100495.1.6.1.1"
REPOSITORY = "http://hpki.shomei.example/repository/"

# A distinguished name is a list of (attribute, value), one RDN each.
ROOT = [("C", "JP"), ("O", "Shomei Test Ministry of Healthcare"), ("OU", "Shomei Test Policy Bureau"),
        ("OU", "Shomei Test HPKI Root CA")]
ROOT_JA = [("C", "JP"), ("O", "証明試験省"), ("OU", "試験政策統括官")]
ASSOCIATION = [("C", "JP"), ("O", "Shomei Test Medical Association"), ("OU", "Shomei Test HPKI CA")]
NETWORK = [("C", "JP"), ("O", "Shomei Test Medical Network")]


@dataclass(frozen=True)
class Profile:
    """What the certificates of one use have in common."""
    issuer: str                    # name of the CA in CAS
    policy: str | None
    key_usage: tuple[str, ...]     # critical
    cps: str | None = None
    extended_key_usage: str | None = None
    extended_key_usage_critical: bool = False
    issuer_serial_in_aki: bool = True


@dataclass(frozen=True)
class Authority:
    """A CA. One without issuer is self-signed."""
    subject: list[tuple[str, str]]
    serial: int
    file: tuple[str, ...]
    crl_url: str
    issuer: str | None = None
    policy: str | None = None
    age_years: int = 9
    life_years: int = 20


@dataclass(frozen=True)
class Holder:
    number: int                    # serial numbers are made of it
    name: str
    name_ja: str | None            # None: no subjectAltName, as in certificates of one real CA
    serial_number: str             # the subject's
    roles: tuple[str, ...] = ()
    organisation: str | None = None
    organisation_ja: str | None = None
    uses: tuple[str, ...] = ("signature", "authentication")
    age_days: int = 365
    life_years: int = 5


CAS = {
    "root": Authority(ROOT, 1, ("trust/signature/root.cer", "trust/authentication/root.cer"), REPOSITORY + "rlist/rarl.crl",
                      age_years=12, life_years=30),
    "sign_ca": Authority(ASSOCIATION + [("CN", "HPKI-01-ShomeiTestSignCA-forNonRepudiation")], 2,
                         ("trust/signature/sign_ca.cer",), "http://crl.shomei.example/sign/crl-sign.crl",
                         issuer="root", policy=HPKI_ARC + ".1.3.1"),
    "auth_ca": Authority(ASSOCIATION + [("CN", "HPKI-01-ShomeiTestAuthCA-forAuthentication-forIndividual")], 3,
                         ("trust/authentication/auth_ca.cer",), "http://crl.shomei.example/auth/crl-auth.crl",
                         issuer="root", policy=HPKI_ARC + ".2.3.1"),
    "staff_ca": Authority(NETWORK + [("CN", "Shomei Test Staff CA")], 1, ("trust/staff/staff_ca.cer",),
                          "http://crl.shomei.example/staff/crl-staff.crl"),
    "tsa_ca": Authority(NETWORK + [("CN", "Shomei Test Time-Stamp CA")], 1, ("trust/timestamp/tsa_ca.cer",),
                        "http://crl.shomei.example/tsa/crl-tsa.crl"),
    "tls_ca": Authority(NETWORK + [("CN", "Shomei Test TLS CA")], 1, ("trust/tls/tls_ca.cer",), ""),
}

SIGNATURE = Profile("sign_ca", HPKI_ARC + ".1.0.1", ("content_commitment",), cps="http://www.shomei.example/hpki/")
AUTHENTICATION = Profile("auth_ca", HPKI_ARC + ".2.0.1", ("digital_signature",), cps="http://www.shomei.example/hpki/")
STAFF = Profile("staff_ca", EXAMPLE_ARC + ".10.1", ("digital_signature",), issuer_serial_in_aki=False)
TIME_STAMP = Profile("tsa_ca", None, ("digital_signature",), extended_key_usage="1.3.6.1.5.5.7.3.8",
                     extended_key_usage_critical=True, issuer_serial_in_aki=False)
TLS_SERVER = Profile("tls_ca", None, ("digital_signature", "key_encipherment"), extended_key_usage="1.3.6.1.5.5.7.3.1",
                     issuer_serial_in_aki=False)
USES = {"signature": SIGNATURE, "authentication": AUTHENTICATION, "staff": STAFF}
# Serial numbers are small, as in the real HPKI: base of the use + number of the holder.
SERIAL_BASE = {"signature": 0x0150, "authentication": 0x0250, "staff": 0x0350}

HIGASHI = ("Shomei Higashi Clinic", "証明ひがし医院")
CHUO = ("Shomei Central Hospital", "証明中央病院")
DOCTOR = ("Medical Doctor",)

HOLDERS = {
    "doctor1": Holder(1, "Hanako Sato", "佐藤　花子", "D1000017", DOCTOR, *HIGASHI),
    "doctor2": Holder(2, "Ichiro Suzuki", "鈴木　一郎", "D1000025", DOCTOR, *CHUO),
    # As one real CA writes them: one year, no organisation, no subjectAltName.
    "pharmacist": Holder(3, "Misaki Takahashi", None, "P2000033", ("Pharmacist",), age_days=30, life_years=1),
    "nurse": Holder(4, "Yui Watanabe", "渡辺　結衣", "N3000041", ("General Nurse",), *CHUO),
    "clerk": Holder(5, "Daisuke Ito", "伊藤　大輔", "C4000059", (), *CHUO),
    "admin": Holder(6, "Naoko Kobayashi", "小林　直子", "C4000067", (), "Shomei Test Medical Network", "証明試験医療ネットワーク"),
    "revoked": Holder(7, "Takashi Yamada", "山田　隆", "D1000075", DOCTOR, *CHUO),
    "expired": Holder(8, "Shigeru Nakamura", "中村　茂", "D1000083", DOCTOR, *HIGASHI, age_days=30 + 5 * 366),
    "testcard": Holder(9, "Taro Testcard", "試験　太郎", "Test100091", DOCTOR, "MEDIS UNIVERSITY HOSPITAL", "医療情報大学病院"),
    "staff1": Holder(1, "Kenji Mori", "森　健二", "S5000011", (), *HIGASHI, uses=("staff",)),
    "staff2": Holder(2, "Aya Hayashi", "林　彩", "S5000029", (), *CHUO, uses=("staff",)),
}

# Revoked already in crl/: the holder "revoked", 10 days before the epoch. The others are gone long since.
REVOKED_DAYS_BEFORE = 10
FORMER = ((0x21, 1700), (0x3A, 1288), (0x4D, 911), (0x9A, 402), (0xDD, 77))  # (serial, revoked so many days before)
# Revoked in crl_next/ only.
NEXT_REVOKED = "doctor1"
