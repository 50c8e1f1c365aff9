// node bench.mjs ROUNDS KEY.pem CERTIFICATE.pem NAME DOCUMENT.xml [NAME DOCUMENT.xml]...: seconds of one operation of xml-crypto and
// xadesjs, one JSON object a round; they take turns. What is done is what ours does: parse, sign, text out; parse, verify.
import { readFileSync } from "node:fs";
import { createPrivateKey, webcrypto } from "node:crypto";
import * as xmldom from "@xmldom/xmldom";
import * as xadesjs from "xadesjs";
import xmlCrypto from "xml-crypto";
import xpath from "xpath";

const C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const DS = "http://www.w3.org/2000/09/xmldsig#";

const [rounds, keyFile, certificateFile, ...named] = process.argv.slice(2);
const key = readFileSync(keyFile, "utf8");
const certificate = readFileSync(certificateFile, "utf8");

const { Application, SignedXml: XadesXml, setNodeDependencies } = xadesjs;
setNodeDependencies({ XMLSerializer: xmldom.XMLSerializer, DOMParser: xmldom.DOMParser, DOMImplementation: xmldom.DOMImplementation, xpath });
Application.setEngine("NodeJS", webcrypto);
const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
const webKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
const certificateText = certificate.replace(/-----[^-]*-----|\s/g, "");

function xmlCryptoSign(text) {
  const signer = new xmlCrypto.SignedXml({ privateKey: key, signatureAlgorithm: RSA, canonicalizationAlgorithm: C14N });
  signer.addReference({ xpath: "/*", transforms: [ENVELOPED, C14N], digestAlgorithm: SHA256, uri: "", isEmptyUri: true });
  signer.computeSignature(text);
  return signer.getSignedXml();
}

function xmlCryptoVerify(text) {
  const document = new xmldom.DOMParser().parseFromString(text, "text/xml");
  const verifier = new xmlCrypto.SignedXml({ publicCert: certificate });
  verifier.loadSignature(document.getElementsByTagNameNS(DS, "Signature")[0]);
  if (!verifier.checkSignature(text)) {
    throw new Error("xml-crypto refuses its own signature");
  }
}

async function xadesSign(text) {
  const document = xadesjs.Parse(text);
  const signer = new XadesXml();
  await signer.Sign({ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, webKey, document, {
    references: [{ hash: "SHA-256", uri: "", transforms: ["enveloped", "exc-c14n"] }],
    signingCertificate: certificateText,
    x509: [certificateText],
  });
  document.documentElement.appendChild(signer.GetXml());
  return new xmldom.XMLSerializer().serializeToString(document);
}

async function xadesVerify(text) {
  const document = xadesjs.Parse(text);
  const verifier = new XadesXml(document);
  verifier.LoadXml(document.getElementsByTagNameNS(DS, "Signature")[0]);
  if (!(await verifier.Verify())) {
    throw new Error("xadesjs refuses its own signature");
  }
}

/** The median of as many runs as fit into a fifth of a second. */
async function seconds(operation) {
  const times = [];
  for (const end = performance.now() + 200; times.length === 0 || performance.now() < end;) {
    const begin = performance.now();
    await operation();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] / 1000;
}

for (let round = 0; round < Number(rounds); ++round) {
  const figures = {};
  for (let i = 0; i + 1 < named.length; i += 2) {
    const [name, text] = [named[i], readFileSync(named[i + 1], "utf8")];
    const [byXmlCrypto, byXades] = [xmlCryptoSign(text), await xadesSign(text)];
    figures[`sign.${name}.xml-crypto`] = await seconds(() => xmlCryptoSign(text));
    figures[`sign.${name}.xadesjs`] = await seconds(() => xadesSign(text));
    figures[`verify.${name}.xml-crypto`] = await seconds(() => xmlCryptoVerify(byXmlCrypto));
    figures[`verify.${name}.xadesjs`] = await seconds(() => xadesVerify(byXades));
  }
  console.log(JSON.stringify(figures));
}
