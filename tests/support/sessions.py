"""Open dashboards without a browser: what a tab and the server say to each other, so that many fit on one machine.

A tab keeps a WebSocket to the server. Each click sends the page it is on and the state of its widgets, and the server
answers with every element of that page; both are protocol buffers of Streamlit's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit  # noqa: F401 -- its messages cannot be imported before it
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ANSWERS_WITHIN_S = 60
_RUNS_REMEMBERED = 2  # as the browser does, so that a large element that did not change is not sent again
_SINGLE_CHOICE, _SEVERAL_CHOICES, _SWITCH = "selectbox", "multiselect", "checkbox"


class WentWrongError(Exception):
    """The dashboard showed an error, or did not answer."""


class Session:
    """One open tab. ``page`` is the one it is on; ``seen`` counts the elements of the last run by kind."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._widgets: dict[str, tuple[str, list[str]]] = {}
        self._states: dict[str, WidgetState] = {}
        self._query = ""
        self._cached: list[set[str]] = []
        self.page = ""
        self.seen: dict[str, int] = {}

    async def visit(self, page: str = "") -> float:
        """Go to a page, such as ``trends``, or to the front page; the seconds until it was drawn.

        Raises:
            WentWrongError: it shows an error, or nothing.
        """
        self.page = page
        return await self._run()

    def offers(self, key: str) -> list[str]:
        """What the control of a URL parameter offered in the last run."""
        return self._widgets[_control(key)][1]

    async def choose(self, key: str, value: str | list[str] | bool) -> float:
        """Change the control of a URL parameter that the last run drew; the seconds until the page was drawn.

        Raises:
            WentWrongError: the page shows an error, or nothing.
        """
        widget_id, _ = self._widgets[_control(key)]
        state = WidgetState(id=widget_id)
        if isinstance(value, bool):
            state.bool_value = value
        elif isinstance(value, str):
            state.string_value = value
        else:
            state.string_array_value.data.extend(value)
        self._states[widget_id] = state
        return await self._run()

    async def _run(self) -> float:
        message = BackMsg()
        wanted = message.rerun_script
        wanted.page_name = self.page
        wanted.query_string = self._query
        wanted.widget_states.widgets.extend(self._states.values())
        wanted.cached_message_hashes.extend(set().union(*self._cached))
        begin = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._drawn()
        except TimeoutError:
            raise WentWrongError(f"{self.page or 'front page'}: nothing within {ANSWERS_WITHIN_S} s") from None
        return time.perf_counter() - begin

    async def _drawn(self) -> None:
        self.seen = {}
        self._cached = [*self._cached[1 - _RUNS_REMEMBERED :], set()]
        wrong = ""
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                self._cached[-1].add(message.ref_hash)
            elif message.metadata.cacheable:
                self._cached[-1].add(message.hash)
            if kind == "delta" and message.delta.HasField("new_element"):
                wrong = self._element(message.delta.new_element) or wrong
            elif kind == "page_info_changed":
                self._query = message.page_info_changed.query_string
            elif kind == "page_not_found":
                wrong = "page not found"
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
        if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            wrong = wrong or f"the script ended with status {message.script_finished}"
        if wrong:
            raise WentWrongError(f"{self.page or 'front page'}: {wrong}")

    def _element(self, element: Any) -> str:
        """Take note of a widget; what is wrong, where the element says that something is."""
        kind = element.WhichOneof("type")
        self.seen[kind] = self.seen.get(kind, 0) + 1
        if kind == "exception":
            return f"{element.exception.type}: {element.exception.message}"
        if kind == "alert" and element.alert.format == Alert.ERROR:
            return str(element.alert.body)
        if kind in (_SINGLE_CHOICE, _SEVERAL_CHOICES, _SWITCH):
            widget = getattr(element, kind)
            options = [] if kind == _SWITCH else list(widget.options)
            self._widgets[widget.id.rpartition("-")[2]] = (widget.id, options)
        return ""


def _control(parameter: str) -> str:
    """The key of the visible control of a URL parameter."""
    return f"{parameter}_choice"


@asynccontextmanager
async def open_session(url: str) -> AsyncIterator[Session]:
    """A tab that is open, and shows nothing yet."""
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    protocol = Subprotocol("streamlit")
    async with connect(
        address, subprotocols=[protocol], max_size=None, compression=None, open_timeout=ANSWERS_WITHIN_S
    ) as socket:
        yield Session(socket)
