"""What holds in every test of this folder."""

from tests.spelling import spelled_as_the_api_spells_it  # noqa: F401 - a fixture for all tests here
