"""Holds answers against an OpenAPI document: the part of JSON Schema that agent/openapi.json uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
_KNOWN = {"type", "enum", "required", "properties", "additionalProperties", "items", "oneOf", "$ref", "description", "format", "minItems",
          "contentEncoding", "default", "minimum", "maximum"}


class Mismatch(AssertionError):
    pass


class Checker:
    def __init__(self, path: Path) -> None:
        self._document = json.loads(path.read_text(encoding="utf-8"))

    def check(self, value: Any, method: str, path: str, status: int) -> None:
        """Raises Mismatch when the answer is not as described for that request and status."""
        answers = self._document["paths"][path][method.lower()]["responses"]
        answer = self._resolve(answers.get(str(status), answers["default"]))
        content = answer.get("content")
        if content is None:
            if value is not None:
                raise Mismatch(f"{method} {path}: a body where none is described")
            return
        self._value(value, content["application/json"]["schema"], f"{method} {path} {status}")

    def check_schema(self, value: Any, name: str) -> None:
        self._value(value, {"$ref": f"#/components/schemas/{name}"}, name)

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _value(self, value: Any, schema: dict[str, Any], where: str) -> None:
        schema = self._resolve(schema)
        if unknown := set(schema) - _KNOWN:
            raise Mismatch(f"{where}: this checker does not know {unknown}")
        if "oneOf" in schema:
            if sum(self._fits(value, one, where) for one in schema["oneOf"]) != 1:
                raise Mismatch(f"{where}: {value!r} fits not exactly one of {schema['oneOf']}")
            return
        wanted = schema.get("type", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        if wanted and not any(self._is(value, name) for name in wanted):
            raise Mismatch(f"{where}: {value!r} is no {wanted}")
        if "enum" in schema and value not in schema["enum"]:
            raise Mismatch(f"{where}: {value!r} is none of {schema['enum']}")
        if isinstance(value, dict):
            self._object(value, schema, where)
        if isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                self._value(item, schema["items"], f"{where}[{index}]")

    def _object(self, value: dict[str, Any], schema: dict[str, Any], where: str) -> None:
        if missing := set(schema.get("required", [])) - set(value):
            raise Mismatch(f"{where}: lacks {missing}")
        properties = schema.get("properties", {})
        for name, member in value.items():
            if name in properties:
                self._value(member, properties[name], f"{where}.{name}")
            elif schema.get("additionalProperties", True) is False:
                raise Mismatch(f"{where}: {name} is not described")

    def _fits(self, value: Any, schema: dict[str, Any], where: str) -> bool:
        try:
            self._value(value, schema, where)
        except Mismatch:
            return False
        return True

    @staticmethod
    def _is(value: Any, name: str) -> bool:
        if name in ("integer", "number"):
            return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
        return isinstance(value, _TYPES[name])
