"""Data: where the numbers come from, when they were last brought in, and whether the platform agrees."""

from outreach_results import results
from outreach_results.reconcile.comparison import reconciliation
from outreach_results.ui import audit, data, imports, settings, shell, team, unsent
from outreach_results.ui.cache import ask, zone
from outreach_results.ui.welcome import ways_in

shell.begin("Data", f"Where your numbers come from. Days are those of the reporting time zone, {zone().key}.")

ways_in()
imports.history(ask(results.load_history))
unsent.unsent(ask(results.unsent_events))
data.reconciliation(ask(reconciliation))
settings.section(ask(results.all_campaigns))
team.section()
audit.log()
