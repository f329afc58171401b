"""The check of the address to listen on: without sign-in, only this machine may reach the dashboard."""

from __future__ import annotations

from ipaddress import ip_address

from outreach_results.errors import ConfigError


def check_bind_address(address: str | None, *, has_sign_in: bool = False) -> None:
    """Check that the server listens on a loopback address only, unless people have to sign in.

    Args:
        address: Streamlit's ``server.address``; None listens everywhere.
        has_sign_in: everybody has to sign in.

    Raises:
        ConfigError: others could reach it.
    """
    if not has_sign_in and not _is_of_this_machine(address):
        raise ConfigError(
            f"The dashboard does not start on {address or 'every address of this machine'}: anyone who reaches it "
            "could read all replies without signing in. Leave server.address at 127.0.0.1, or set up sign-in as "
            "docs/deploy.md says (OUTREACH_SIGN_IN_PROVIDER and three more settings)."
        )


def _is_of_this_machine(address: str | None) -> bool:
    if address is None:
        return False
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"
