"""Columns that follow from what a row says, so that any database can hold them unique without regard to case."""

from collections.abc import Callable
from typing import Any

from django.db import models


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """What `fold` makes of another column, written whenever the row is."""

    def __init__(self, *, of: str, fold: Callable[[str], str], **options: Any) -> None:
        self._of, self._fold = of, fold
        super().__init__(**{**options, "editable": False})

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options  # to a migration it is a column like others

    def clone(self) -> "FoldedField":
        return type(self)(of=self._of, fold=self._fold, **super().deconstruct()[3])

    def pre_save(self, instance: models.Model, add: bool) -> str:
        folded = self._fold(getattr(instance, self._of))
        setattr(instance, self.attname, folded)
        return folded


class AddressField(models.EmailField):  # type: ignore[type-arg]
    """An e-mail address, stored and looked up in lower case."""

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.EmailField", args, options

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared.lower() if isinstance(prepared, str) else prepared
