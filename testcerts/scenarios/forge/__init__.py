"""What cases are made of: DER, keys, certificates, revocation lists, OCSP answers. Everything that a case may want to get
wrong can be said; nothing is checked."""
