"""The check of the address to listen on: without sign-in, only this machine may reach the dashboard."""

from __future__ import annotations

from ipaddress import ip_address

from outreach_results.errors import ConfigError


def check_bind_address(address: str | None) -> None:
    """Check that the server listens on a loopback address only.

    Args:
        address: Streamlit's ``server.address``; None listens everywhere.

    Raises:
        ConfigError: others could reach it.
    """
    if not _is_of_this_machine(address):
        raise ConfigError(
            f"The dashboard does not start on {address or 'every address of this machine'}: anyone who reaches it "
            "could read all replies without signing in. Leave server.address at 127.0.0.1, and let others in through "
            "something that asks who they are, such as an SSH tunnel or a proxy with sign-in on this machine."
        )


def _is_of_this_machine(address: str | None) -> bool:
    if address is None:
        return False
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"
