class QRCode:
    def svg_inline(
        self,
        *,
        scale: float = ...,
        border: int | None = ...,
        omitsize: bool = ...,
        svgclass: str | None = ...,
        lineclass: str | None = ...,
        title: str | None = ...,
    ) -> str: ...

def make(content: str, *, error: str | None = ..., micro: bool | None = ...) -> QRCode: ...
