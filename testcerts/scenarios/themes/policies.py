"""Certificate policies (RFC 5280, 6.1.2 to 6.1.6): root -> ca1 -> ca2 -> leaf with tables of who asserts what.

A, B, C are policies of the example arc. `policies` in expected.test is the user-constrained-policy-set of 6.1.6.
"""

from forge import values
from forge.case import Chain, case, expect, rows
from forge.der import oid, sequence, tlv

A, B, C = (f"1.3.6.1.4.1.32473.10.2.{i}" for i in (1, 2, 3))
ANY = values.ANY_POLICY


def chain_of(*asserted) -> Chain:
    """Policies of ca1, ca2, ..., leaf; None: no extension."""
    chain = Chain(len(asserted) - 1)
    for certificate, identifiers in zip(list(chain.certificates.values())[1:], asserted):
        if identifiers is not None:
            certificate.set("certificatePolicies", values.policies(*identifiers), True)
    return chain


def judged(chain: Chain, policies, why: str, **inputs) -> dict:
    """`policies`: what comes out; None: the path is refused for them."""
    if policies is None:
        return expect(chain, "invalid", why, checks=["path.policy"], **inputs)
    return expect(chain, "valid", why, policies=sorted(policies), **inputs)


EXPLICIT = {"require_explicit_policy": True}


@rows("policy", [
    # asserted by ca1, ca2, leaf; what comes out; inputs
    ("same-everywhere", ((A,), (A,), (A,)), [A], EXPLICIT),
    ("same-everywhere-and-wanted", ((A,), (A,), (A,)), [A], EXPLICIT | {"policy": [A]}),
    ("another-wanted", ((A,), (A,), (A,)), None, EXPLICIT | {"policy": [B]}),
    ("another-wanted-not-required", ((A,), (A,), (A,)), [], {"policy": [B]}),
    ("one-of-two-wanted", ((A, B), (A, B), (A, B)), [A], EXPLICIT | {"policy": [A, C]}),
    ("intersection", ((A, B), (B, C), (B,)), [B], EXPLICIT),
    ("empty-intersection", ((A,), (B,), (A,)), None, EXPLICIT),
    ("empty-intersection-not-required", ((A,), (B,), (A,)), [], {}),
    ("missing-at-ca1", (None, (A,), (A,)), None, EXPLICIT),
    ("missing-at-ca2", ((A,), None, (A,)), None, EXPLICIT),
    ("missing-at-leaf", ((A,), (A,), None), None, EXPLICIT),
    ("missing-everywhere", (None, None, None), None, EXPLICIT),
    ("missing-everywhere-not-required", (None, None, None), [], {}),
    ("ca-and-leaf-differ-as-in-the-hpki", ((A,), (A,), (B,)), None, EXPLICIT),
    ("leaf-has-more", ((A,), (A,), (A, B)), [A], EXPLICIT),
    ("ca-has-more", ((A, B), (A, B), (B,)), [B], EXPLICIT),
    ("any-at-cas", ((ANY,), (ANY,), (A,)), [A], EXPLICIT),
    ("any-at-ca1", ((ANY,), (A,), (A,)), [A], EXPLICIT),
    ("any-at-leaf", ((A,), (A,), (ANY,)), [A], EXPLICIT),
    ("any-everywhere", ((ANY,), (ANY,), (ANY,)), [ANY], EXPLICIT),
    ("any-everywhere-and-wanted-one", ((ANY,), (ANY,), (ANY,)), [A], EXPLICIT | {"policy": [A]}),
    ("any-beside-another", ((A, ANY), (B,), (B,)), [B], EXPLICIT),
    ("any-inhibited", ((ANY,), (A,), (A,)), None, EXPLICIT | {"inhibit_any_policy": True}),
    ("any-inhibited-but-not-used", ((A,), (A,), (A,)), [A], EXPLICIT | {"inhibit_any_policy": True}),
    ("any-inhibited-at-leaf", ((A,), (A,), (ANY,)), None, EXPLICIT | {"inhibit_any_policy": True})])
def asserted(levels, policies, inputs):
    return judged(chain_of(*levels), policies, "RFC 5280, 6.1.3 (d) to (f), 6.1.5 (g)", **inputs)


@rows("policy-required", [
    # requireExplicitPolicy at ca1, at ca2; asserted; what comes out
    ("by-ca1-at-once", 0, None, ((A,), (A,), (B,)), None), ("by-ca1-after-one", 1, None, ((A,), (A,), (B,)), None),
    ("by-ca1-after-two", 2, None, ((A,), (A,), (B,)), None), ("by-ca1-after-three", 3, None, ((A,), (A,), (B,)), []),
    ("by-ca2", None, 0, ((A,), (A,), (B,)), None),
    ("by-ca1-and-met", 0, None, ((A,), (A,), (A,)), [A]), ("by-ca2-cannot-be-later", 0, 5, ((A,), (A,), (B,)), None),
    ("by-ca1-late-ca2-at-once", 10, 0, ((A,), (A,), None), None)])
def required(ca1, ca2, levels, policies):
    chain = chain_of(*levels)
    for ca, skip in ((chain.ca1, ca1), (chain.ca2, ca2)):
        if skip is not None:
            ca.set("policyConstraints", values.policy_constraints(explicit=skip), True)
    return judged(chain, policies, "RFC 5280, 6.1.4 (h), (i): requireExplicitPolicy after so many certificates")


@case
def policy_required_by_leaf():
    """6.1.5 (b): a leaf may require it with 0, of itself."""
    chain = chain_of((A,), (A,), (B,))
    chain.leaf.set("policyConstraints", values.policy_constraints(explicit=0), True)
    return judged(chain, None, "RFC 5280, 6.1.5 (b)")


@rows("policy-any-inhibited", [("by-ca1-at-once", 0, ((ANY,), (ANY,), (A,)), None),
    ("by-ca1-after-one", 1, ((ANY,), (ANY,), (A,)), [A]),
                               ("by-ca1-for-leaf", 1, ((A,), (A,), (ANY,)), None),
                               ("by-ca1-after-two", 2, ((A,), (A,), (ANY,)), [A])])
def any_inhibited(skip, levels, policies):
    chain = chain_of(*levels)
    chain.ca1.set("inhibitAnyPolicy", tlv(0x02, bytes([skip])), True)
    return judged(chain, policies, "RFC 5280, 6.1.4 (j): inhibitAnyPolicy after so many certificates", **EXPLICIT)


@rows("policy-mapping", [
    # ca1's pairs, ca2's pairs, asserted, inputs, what comes out
    ("a-to-b", [(A, B)], [], ((A,), (B,), (B,)), {}, [A]),
    ("a-to-b-and-wanted-a", [(A, B)], [], ((A,), (B,), (B,)), {"policy": [A]}, [A]),
    ("a-to-b-and-wanted-b", [(A, B)], [], ((A,), (B,), (B,)), {"policy": [B]}, None),
    ("leaf-keeps-old-name", [(A, B)], [], ((A,), (B,), (A,)), {}, None),
    ("ca2-keeps-old-name", [(A, B)], [], ((A,), (A,), (A,)), {}, None),
    ("two-steps", [(A, B)], [(B, C)], ((A,), (B,), (C,)), {}, [A]), ("at-ca2-only", [], [(A, B)], ((A,), (A,), (B,)), {}, [A]),
    ("of-what-is-not-asserted", [(C, B)], [], ((A,), (B,), (B,)), {}, None),
    ("one-to-two", [(A, B), (A, C)], [], ((A,), (B, C), (C,)), {}, [A]),
    ("two-to-one", [(A, C), (B, C)], [], ((A, B), (C,), (C,)), {}, [A, B]),
    ("beside-any", [(A, B)], [], ((ANY,), (B,), (B,)), {}, [A]),
    ("from-any", [(ANY, B)], [], ((ANY,), (B,), (B,)), {}, None), ("to-any", [(A, ANY)], [], ((A,), (A,), (A,)), {}, None),
    ("inhibited-by-us", [(A, B)], [], ((A,), (B,), (B,)), {"inhibit_policy_mapping": True}, None),
    ("inhibited-by-us-but-not-used", [(A, B)], [], ((A, C), (C,), (C,)), {"inhibit_policy_mapping": True}, [C])])
def mapped(ca1, ca2, levels, inputs, policies):
    chain = chain_of(*levels)
    for ca, pairs in ((chain.ca1, ca1), (chain.ca2, ca2)):
        if pairs:
            ca.set("policyMappings", values.mappings(*pairs), True)
    return judged(chain, policies, "RFC 5280, 6.1.4 (a), (b)", **EXPLICIT, **inputs)


@rows("policy-mapping-inhibited", [("by-ca1-at-once", 0, "ca2", None), ("by-ca1-after-one", 1, "ca2", [A]),
    ("by-ca1-for-itself", 0, "ca1", [A])])
def mapping_inhibited(skip, mapper, policies):
    """inhibitPolicyMapping of ca1 counts from the next certificate on: its own mapping still holds (6.1.4 (b) before (i))."""
    chain = chain_of((A,), (B,) if mapper == "ca1" else (A,), (B,))
    chain.ca1.set("policyConstraints", values.policy_constraints(inhibit=skip), True)
    chain.certificates[mapper].set("policyMappings", values.mappings((A, B)), True)
    return judged(chain, policies, "RFC 5280, 6.1.4 (b), (h), (i)", **EXPLICIT)


@rows("policy-malformed", [
    ("duplicate", "certificatePolicies", values.policies(A, A)), ("empty", "certificatePolicies", sequence()),
    ("not-oids", "certificatePolicies", sequence(sequence(tlv(0x0C, b"A")))),
    ("truncated", "certificatePolicies", values.policies(A)[:-1]),
    ("constraints-negative", "policyConstraints", sequence(tlv(0x80, b"\xff"))),
    ("constraints-text", "policyConstraints", tlv(0x0C, b"0")),
    ("constraints-empty", "policyConstraints", sequence()), ("inhibit-any-negative", "inhibitAnyPolicy", b"\x02\x01\xff"),
    ("inhibit-any-text", "inhibitAnyPolicy", tlv(0x0C, b"0")), ("mappings-empty", "policyMappings", sequence()),
    ("mappings-odd", "policyMappings", sequence(sequence(oid(A))))])
def malformed(kind, value):
    """4.2.1.4: no OID twice; 4.2.1.11: not empty; 4.2.1.14: not negative; 4.2.1.5: pairs, at least one."""
    chain = chain_of((A,), (A,), (A,))
    chain.ca1.set(kind, value, True)
    return expect(chain, "invalid", f"RFC 5280, 4.2.1: {kind} of ca1 is malformed")
