"""Check the arguments of a call against the annotations of its signature, for users who run no type checker.

`checked` decorates each public class and function. It refuses unknown and missing arguments and values of a wrong
kind, all of one call at once, and suggests what to write instead. Without it, such a value fails deep inside jsii, or is
accepted silently: ``command="echo hi"`` would be read letter by letter.

Most annotations name modules that are imported for type checkers only, so that a construct does not load parts of the
CDK that an app never uses. `annotations` therefore reads those imports from the source, and looks up their names
among the loaded modules: no instance can exist of a class whose module is not loaded.
"""

from __future__ import annotations

from batch_constructs._border.arguments.calls import WrongArgumentError, checked

__all__ = ["WrongArgumentError", "checked"]
