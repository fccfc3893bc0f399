"""A server of event streams whose replies a test sets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sync.device import Stream

WAKE = [b": still here\n", b"\n", b"event: wake\n", b'data: {"through": 9}\n', b"\n"]


class ScriptedStreams:
    """Gives one stream after the other; an exception in `streams` is raised instead."""

    def __init__(self) -> None:
        self.streams: list[Sequence[bytes] | Stream | Exception] = []
        self.urls: list[str] = []
        self.meanwhile: Callable[[], object] = bool

    @contextmanager
    def listen(self, url: str, headers: Mapping[str, str], _: float) -> Iterator[Stream]:
        self.urls.append(f"{url} {headers['Authorization']}")
        stream = self.streams.pop(0) if self.streams else ConnectionRefusedError("no stream")
        if isinstance(stream, Exception):
            raise stream
        yield stream if isinstance(stream, Stream) else Stream(200, {}, self.lines(stream))

    def lines(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        for line in lines:
            yield line
            self.meanwhile()
