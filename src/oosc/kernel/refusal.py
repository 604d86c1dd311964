"""How the rules say no."""


class Refused(Exception):
    """The rules say no, in one Chinese sentence that tells the officer what to do.

    A view lets it pass; `portal.middleware` turns it into a page with status 409.
    """
