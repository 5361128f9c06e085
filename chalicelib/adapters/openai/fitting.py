"""What did the model mean? An answer that only writes its values in another way is fitted to the shape asked for.

No value that was asked for is lost or changed: null is nothing (an item of a list whose value it is, is left out),
"9,400 ₪" a number, one object a list of one, and a list that an object lacks is empty. Members that nobody asked for
are left out. What else is missing or cannot be read stays as it is, and does not validate: so does a null for the
answer's own counts, estimates that nobody made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from chalicelib.adapters.model_text import read_json

_NUMBER = re.compile(r"(?:₪|ils|nis)?\s*(-?\d[\d,]*(?:\.\d+)?)\s*(?:₪|ש[\"״]ח|ils|nis|%)?", re.IGNORECASE)
_YES_OR_NO = {"true": True, "yes": True, "כן": True, "false": False, "no": False, "לא": False}
_NOTHING: Mapping[Any, Any] = {int: 0, bool: False}
_FENCED = re.compile(r"\s*```(?:json)?\s*(\{.*\})\s*```\s*", re.DOTALL)


def read_answer(text: str, shape: type[BaseModel]) -> Any:
    """The JSON of an answer, fitted to its shape; also of one in a fence of Markdown.

    Raises: ValueError and RecursionError when it is no JSON.
    """
    fenced = _FENCED.fullmatch(text)
    return fitted(read_json(fenced[1] if fenced else text), shape, outermost=True)


def fitted(value: Any, annotation: Any, *, outermost: bool = False) -> Any:
    """The value as the annotation would have it, where that is only another way of writing."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _object(value, annotation, is_inside=not outermost)
    if get_origin(annotation) is list:
        return _list(value, get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return _choice(value, get_args(annotation))
    if annotation is str:
        return "" if value is None else str(value) if _is_number(value) else value
    if annotation is float and value is None:
        return 0.0
    if annotation in (int, float) and isinstance(value, str):
        number = _NUMBER.fullmatch(value.strip())
        return float(number[1].replace(",", "")) if number else value
    if annotation is bool and isinstance(value, str):
        return _YES_OR_NO.get(value.strip().casefold(), value)
    return value


def _object(value: Any, shape: type[BaseModel], *, is_inside: bool) -> Any:
    fields = shape.model_fields
    if not isinstance(value, dict) or not fields.keys() & value.keys():
        return value
    known = {name: fitted(value[name], field.annotation) for name, field in fields.items() if name in value}
    if not is_inside:
        return known
    lists: dict[str, Any] = {name: [] for name, field in fields.items() if get_origin(field.annotation) is list}
    nothing = {name: _NOTHING.get(fields[name].annotation) for name, one in known.items() if one is None}
    return {**lists, **known, **nothing}


def _list(value: Any, item: Any) -> Any:
    if value is None:
        return []
    if isinstance(value, dict) or (item is str and isinstance(value, str)):
        value = [value] if value else []
    return [fitted(one, item) for one in value if not _is_nothing(one)] if isinstance(value, list) else value


def _is_nothing(item: Any) -> bool:
    """Null, or a fact without a value: what a model writes that has looked and found none."""
    return item is None or (isinstance(item, dict) and item.get("value", item) in (None, ""))


def _choice(value: Any, choices: tuple[Any, ...]) -> Any:
    """ "Full time" is full_time."""
    if not isinstance(value, str):
        return "" if value is None and "" in choices else value
    plain = re.sub(r"[\s\-]+", "_", value.strip().casefold())
    return next((one for one in choices if isinstance(one, str) and one.casefold() == plain), value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
