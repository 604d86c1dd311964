"""How the rules say no."""


class Refused(Exception):
    """The rules say no, in one Chinese sentence that tells the officer what to do.

    A view lets it pass; `portal.middleware` turns it into a page with status 409.
    """


class ChangedMeanwhile(Refused):
    """Somebody else saved the record after this officer opened it: nothing was written.

    A view that has a form catches it and shows the form again, with what was typed.
    """

    def __init__(
        self, sentence: str = "您打开本页以后，别人已改过这一条，您的还没有保存。请刷新后核对再办。"
    ) -> None:
        super().__init__(sentence)
