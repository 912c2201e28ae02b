"""A TCP forwarder in front of the database that can be shut or frozen while it is in use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

State = Literal["open", "shut", "frozen"]


class Gate:
    """`shut` resets every connection, new ones too; `frozen` keeps them and passes nothing on."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._flow = asyncio.Event()
        self._state: State = "open"
        self.port = 0

    def turn(self, state: State) -> None:
        """Open, shut or freeze the gate."""
        self._state = state
        if state == "frozen":
            self._flow.clear()
        else:
            self._flow.set()
        if state == "shut":
            for writer in self._writers:
                writer.transport.abort()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator["Gate"]:
        """Listen on a free port of the loopback address."""
        self.turn("open")
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.turn("shut")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state == "shut":
            writer.transport.abort()
            return
        await self._flow.wait()
        back, forth = await asyncio.open_connection(*self._upstream)
        self._writers |= {writer, forth}
        await asyncio.gather(self._pump(reader, forth), self._pump(back, writer))
        self._writers -= {writer, forth}

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._flow.wait()
                sink.write(data)
                await sink.drain()
        sink.close()
