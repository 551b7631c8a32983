"""Check the arguments of a call against the annotations of its signature, for users who run no type checker.

`checked` stands above each public class and function. It refuses unknown and missing arguments and values of another
kind, all of one call at once, and says what to write instead. Without it such a value fails deep inside jsii, or is
taken silently: ``command="echo hi"`` would be read letter by letter.

Most annotations name modules that are imported for type checkers only, so that a construct does not load parts of the
CDK that an app never uses. `annotations` therefore reads those imports from the source, and looks up what they name
among the modules that are loaded: nobody has an instance of a class whose module is not.
"""

from __future__ import annotations

from batch_constructs._border.arguments.calls import WrongArgumentError, checked

__all__ = ["WrongArgumentError", "checked"]
