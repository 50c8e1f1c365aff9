"""The test PKI's certificates and CRLs at an epoch, each in the order of extensions that the real HPKI uses."""

from datetime import datetime, timedelta, timezone
from functools import lru_cache

import profiles
from cryptography import x509
from issue import (SUBJECT_DIRECTORY_ATTRIBUTES, Issuer, add_years, certificate, crl, hc_role, jst_midnight, key_identifier,
                   key_usage, last_second, name, point, policy)
from profiles import CAS, HOLDERS, SERIAL_BASE, USES, Holder, Profile

issuer = lru_cache(Issuer)


def subject_key_identifier(key: str):
    return x509.SubjectKeyIdentifier(key_identifier(key)), False


def distribution_points(list_name: str | None, url: str):
    """A list of the root is named twice, as two distribution points: by directory name and by URL."""
    points = [point(x509.UniformResourceIdentifier(url))]
    if list_name:
        points.insert(0, point(x509.DirectoryName(name(profiles.ROOT + [("CN", list_name)]))))
    return x509.CRLDistributionPoints(points), False


def scope_of(list_name: str) -> x509.IssuingDistributionPoint:
    """IDP of SARL and RARL: the list's directory name, onlyContainsCACerts."""
    return x509.IssuingDistributionPoint([x509.DirectoryName(name(profiles.ROOT + [("CN", list_name)]))], None, False, True,
                                         None, False, False)


def authority(ca: str, epoch: datetime, **changes) -> bytes:
    """For a forgery, `changes` name another issuer (`by`) and subject key (`key`); the identifiers stay the genuine ones."""
    row = CAS[ca]
    by = changes.get("by") or issuer(row.issuer or ca)
    in_hpki = ca == "root" or row.issuer is not None
    extensions = [(by.authority_key_identifier(in_hpki), False), subject_key_identifier(ca),
                  (x509.BasicConstraints(True, None), True)]
    if row.policy:
        extensions.append((policy(row.policy, profiles.REPOSITORY), True))
    extensions.append((key_usage("key_cert_sign", "crl_sign"), True))
    if ca == "root":
        extensions.append((x509.SubjectAlternativeName([x509.DirectoryName(name(profiles.ROOT_JA))]), False))
    if ca == "root":
        extensions.append(distribution_points("RARL", row.crl_url))
    elif row.issuer:
        extensions.append(distribution_points("SARL", profiles.REPOSITORY + "rlist/sarl.crl"))
    begin = add_years(jst_midnight(epoch), -row.age_years) + timedelta(hours=15, minutes=8, seconds=8)
    return certificate(by, row.subject, changes.get("key", ca), row.serial, begin, last_second(begin, row.life_years),
                       extensions)


def subject_of(holder: Holder):
    return [("C", "JP")] + ([("O", holder.organisation)] if holder.organisation else []) + \
        [("CN", holder.name), ("serialNumber", holder.serial_number)]


def subject_ja_of(holder: Holder):
    return [("C", "JP")] + ([("O", holder.organisation_ja)] if holder.organisation_ja else []) + \
        [("CN", holder.name_ja), ("serialNumber", holder.serial_number)]


def holder_extensions(holder: Holder, profile: Profile, key: str):
    by = issuer(profile.issuer)
    extensions = [(by.authority_key_identifier(profile.issuer_serial_in_aki), False), subject_key_identifier(key),
                  (key_usage(*profile.key_usage), True)]
    if profile.extended_key_usage:
        usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(profile.extended_key_usage)])
        extensions.append((usage, profile.extended_key_usage_critical))
    if holder.name_ja:
        extensions.append((x509.SubjectAlternativeName([x509.DirectoryName(name(subject_ja_of(holder)))]), False))
    extensions.append(distribution_points(None, CAS[profile.issuer].crl_url))
    if holder.roles:
        extensions.append((x509.UnrecognizedExtension(SUBJECT_DIRECTORY_ATTRIBUTES, hc_role(holder.roles)), False))
    extensions.append((policy(profile.policy, profile.cps), True))
    return extensions


def validity(holder: Holder, epoch: datetime) -> tuple[datetime, datetime]:
    begin = jst_midnight(epoch - timedelta(days=holder.age_days))
    return begin, last_second(begin, holder.life_years)


def key_of(who: str, use: str) -> str:
    return f"{who}_{'authentication' if use == 'staff' else use}"


def end_entity(who: str, use: str, epoch: datetime, **changes) -> bytes:
    """`changes`: profile, begin, end, extensions (a function from the usual list to another one), by."""
    holder, profile, key = HOLDERS[who], changes.get("profile", USES[use]), key_of(who, use)
    begin, end = validity(holder, epoch)
    extensions = changes.get("extensions", lambda usual: usual)(holder_extensions(holder, profile, key))
    return certificate(changes.get("by") or issuer(profile.issuer), subject_of(holder), key, SERIAL_BASE[use] + holder.number,
                       changes.get("begin", begin), changes.get("end", end), extensions)


def service(common_name: str, key: str, profile: Profile, epoch: datetime, alternative_names=None) -> bytes:
    """The certificate of the TSA or of the TLS server."""
    extensions = [(issuer(profile.issuer).authority_key_identifier(False), False), subject_key_identifier(key),
                  (key_usage(*profile.key_usage), True),
                  (x509.ExtendedKeyUsage([x509.ObjectIdentifier(profile.extended_key_usage)]),
                   profile.extended_key_usage_critical)]
    if alternative_names:
        extensions.append((x509.SubjectAlternativeName(alternative_names), False))
    if CAS[profile.issuer].crl_url:
        extensions.append(distribution_points(None, CAS[profile.issuer].crl_url))
    begin = jst_midnight(epoch - timedelta(days=30))
    return certificate(issuer(profile.issuer), profiles.NETWORK + [("CN", common_name)], key, 2, begin, last_second(begin, 5),
                       extensions)


def crl_number(moment: datetime) -> int:
    """Hours since 2020, so that a list made later has a higher number, whoever made it."""
    return int((moment - datetime(2020, 1, 1, tzinfo=timezone.utc)).total_seconds()) // 3600


def revoked_by(ca: str, epoch: datetime):
    entries = [(serial, epoch - timedelta(days=days, hours=3), "cessationOfOperation") for serial, days in profiles.FORMER]
    for use, profile in USES.items():
        if profile.issuer == ca and use in HOLDERS["revoked"].uses:
            entries.append((SERIAL_BASE[use] + HOLDERS["revoked"].number,
                            epoch - timedelta(days=profiles.REVOKED_DAYS_BEFORE), "cessationOfOperation"))
    return entries


def next_revoked_by(ca: str, epoch: datetime, revoked_at: datetime):
    use = next(use for use, profile in USES.items() if profile.issuer == ca)
    serial = SERIAL_BASE[use] + HOLDERS[profiles.NEXT_REVOKED].number
    return revoked_by(ca, epoch) + [(serial, revoked_at, "keyCompromise")]


def complete_crl(ca: str, moment: datetime, entries=(), **changes) -> bytes:
    return crl(changes.pop("by", None) or issuer(ca), moment, entries, number=crl_number(moment),
               full_aki=CAS[ca].issuer is not None, **changes)


def root_list(list_name: str, moment: datetime, entries=()) -> bytes:
    return crl(issuer("root"), moment, entries, number=crl_number(moment), scope=scope_of(list_name))
