"""What a Citus cluster refuses to run, as far as its documentation says so.

`broken_rules` reads one statement of the product, as it goes to PostgreSQL, with its parameters. Tables with a
``campaign_id`` are distributed by it. Two of them are *together* where the statement says that their campaigns are the
same, or both the same given one: then each campaign's machine can answer for itself.

Each rule is one that Citus documents, in "SQL Support and Workarounds" and "Common Error Messages" of its manual, or
names in the error that its planner raises. What it runs slowly is allowed: a subquery that is not together with the
tables beside it, for one, is answered first and sent to every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlglot import exp, parse_one

from outreach_results.store.schema import metadata

DISTRIBUTED = frozenset(table.name for table in metadata.sorted_tables if "campaign_id" in table.c)
OWN_TABLES = frozenset(metadata.tables)

_STABLE = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.Localtimestamp)
_CALLED_STABLE = frozenset(["statement_timestamp", "transaction_timestamp"])
_VOLATILE = (exp.Rand, exp.Uuid)
_CALLED_VOLATILE = frozenset(["clock_timestamp", "timeofday", "nextval", "uuidv4", "uuidv7"])

Parameters = Mapping[str, Any]
Same = dict[Any, Any]


def parsed(statement: str) -> exp.Expr:
    """The statement as a tree; psycopg's placeholders become ``:name``."""
    return parse_one(re.sub(r"%\((\w+)\)s", r":\1", statement).replace("%%", "%"), read="postgres")


def broken_rules(statement: str, parameters: Parameters) -> list[str]:
    """What a cluster could not run of a statement, in words; empty where all is well."""
    tree = parsed(statement)
    tables = {table.name for table in tree.find_all(exp.Table)}
    if not tables & OWN_TABLES:
        return []
    scope = _Scope(tree, parameters, {})
    across = _across_campaigns(tree) if tables & DISTRIBUTED and scope.given() is None else ()
    return [*across, *_writes(tree), *scope.broken()]


def parts_of_all_campaigns(statement: str) -> Iterator[str]:
    """The tables of each SELECT that reads distributed rows and names no campaign: every machine has to answer it."""
    for select in parsed(statement).find_all(exp.Select):
        source = select.args.get("from_") or select.args.get("from")
        joins = select.args.get("joins") or []
        tables = [one.this for one in ([source] if source else []) + joins]
        names = [table.name for table in tables if isinstance(table, exp.Table) and table.name in DISTRIBUTED]
        if names and not any(map(_names_a_campaign, _conditions(select, joins))):
            yield ", ".join(names)


def _conditions(select: exp.Select, joins: list[exp.Expression]) -> Iterator[exp.Expression]:
    for condition in [select.args.get("where"), *(join.args.get("on") for join in joins)]:
        if condition is not None:
            yield from (one for one in condition.find_all(exp.EQ, exp.In) if one.find_ancestor(exp.Select) is select)


def _names_a_campaign(condition: exp.Expression) -> bool:
    values = condition.args.get("expressions") or [condition.args.get("expression")]
    value = values[0]
    while isinstance(value, (exp.Cast, exp.Paren, exp.Collate)):
        value = value.this
    column = condition.this
    return isinstance(column, exp.Column) and column.name == "campaign_id" and isinstance(value, exp.Placeholder)


def _across_campaigns(tree: exp.Expr) -> Iterator[str]:
    """What Citus supports only in a statement that a single machine can answer."""
    for node in tree.walk():
        if isinstance(node, exp.Lock):
            yield "locks rows of more than one machine"
        elif isinstance(node, (exp.Cube, exp.Rollup, exp.GroupingSets)):
            yield "groups by sets"
        elif isinstance(node, exp.With) and node.recursive:
            yield "asks recursively"
        elif isinstance(node, exp.TableSample):
            yield "samples a table"


def _volatile(tree: exp.Expr) -> list[str]:
    """The calls that give another value for each row."""
    return _calls(tree, _VOLATILE, _CALLED_VOLATILE)


def mutable_calls(tree: exp.Expr) -> list[str]:
    """The calls that PostgreSQL does not mark IMMUTABLE: the volatile ones, and the clock at the statement's start."""
    return _calls(tree, (*_VOLATILE, *_STABLE), _CALLED_VOLATILE | _CALLED_STABLE)


def _calls(tree: exp.Expr, kinds: tuple[type[exp.Expr], ...], names: Collection[str]) -> list[str]:
    return [
        node.sql()
        for node in tree.walk()
        if isinstance(node, kinds) or (isinstance(node, exp.Anonymous) and node.name.lower() in names)
    ]


def _writes(tree: exp.Expr) -> Iterator[str]:
    if not isinstance(tree, (exp.Insert, exp.Update, exp.Delete)) or written_table(tree).name not in DISTRIBUTED:
        return
    returning = tree.args.get("returning")
    for call in mutable_calls(returning) if returning else ():
        yield f"returns what is not immutable: {call}"
    if isinstance(tree, exp.Insert):
        yield from _insert(tree)
        return
    for call in _volatile(tree):
        yield f"changes rows by a volatile function: {call}"
    if isinstance(tree, exp.Update) and any(setting.this.name == "campaign_id" for setting in tree.expressions):
        yield "moves rows to another campaign"


def _insert(tree: exp.Insert) -> Iterator[str]:
    if isinstance(tree.expression, exp.Values) and next(tree.expression.find_all(exp.Query), None):
        yield "has a subquery among the values of an INSERT"
    conflict = tree.args.get("conflict")
    if not conflict:
        return
    keys = {key.name for key in conflict.args.get("conflict_keys") or ()}
    if keys and "campaign_id" not in keys:
        yield "recognizes rows by a key without the campaign"
    if any(node.this.name == "campaign_id" for node in conflict.expressions if isinstance(node, exp.EQ)):
        yield "moves rows to another campaign"
    if next(conflict.find_all(exp.Query), None):
        yield "has a subquery in ON CONFLICT"
    for call in mutable_calls(conflict):
        yield f"resolves conflicts by what is not immutable: {call}"


def written_table(tree: exp.Expr) -> exp.Table:
    """The table that an INSERT, UPDATE or DELETE writes to."""
    return tree.this.find(exp.Table)


class _Scope:
    """One SELECT, UPDATE, DELETE or INSERT: its tables, and which of them are together."""

    def __init__(self, node: exp.Expr, parameters: Parameters, around: Same) -> None:
        self._node = node
        self._parameters = parameters
        self._same: Same = dict(around)
        self._around = frozenset(around)
        self._errors: list[str] = []
        self.distributed: set[Any] = set()
        self._planned_first: set[str] = set()
        self._sources(self._from())
        self._conditions()
        self._check()
        self._nested()

    def broken(self) -> list[str]:
        return self._errors

    def given(self) -> Any:
        """The one campaign that all of it is about, if there is one."""
        roots = {self._root(alias) for alias in self.distributed}
        [root] = roots if len(roots) == 1 else [None]
        return root if isinstance(root, tuple) and root[0] == "given" else None

    def _from(self) -> list[exp.Expr]:
        node = self._node
        if isinstance(node, exp.SetOperation):
            return []
        sources = []
        if isinstance(node, (exp.Update, exp.Delete)):
            sources += [node.this, *(node.args.get("using") or ())]
        result = node.args.get("from_") or node.args.get("from")
        if result:
            sources.append(result.this)
        for join in node.args.get("joins") or ():
            sources.append(join.this)
        for source in list(sources):
            sources += [join.this for join in source.args.get("joins") or ()]
        return sources

    def _sources(self, sources: list[exp.Expr]) -> None:
        for source in sources:
            alias = source.alias_or_name
            self._same.pop(alias, None)
            if isinstance(source, exp.Table):
                if source.name in DISTRIBUTED:
                    self.distributed.add(alias)
            elif isinstance(source, (exp.Subquery, exp.Lateral)):
                inner = self._inside(source.this, {})
                if inner.distributed:
                    self.distributed.add(alias)
                    if isinstance(source, exp.Subquery):
                        self._planned_first.add(alias)
                    if inner.given():
                        self._unite(alias, inner.given())

    def _inside(self, node: exp.Expr, around: Same) -> _Scope:
        while isinstance(node, (exp.Paren, exp.Subquery)):
            node = node.this
        inner = _Scope(node, self._parameters, around)
        self._errors += inner.broken()
        return inner

    def _conditions(self) -> None:
        node = self._node
        joins = [*(node.args.get("joins") or ())]
        for source in self._from():
            joins += source.args.get("joins") or ()
        result = [join.args.get("on") for join in joins]
        if node.args.get("where"):
            result.append(node.args["where"].this)
        for condition in result:
            for part in _conjuncts(condition):
                if isinstance(part, exp.EQ):
                    self._equate(part.left, part.right)

    def _equate(self, left: exp.Expr, right: exp.Expr) -> None:
        one, other = self._campaign(left), self._campaign(right)
        if one is not None and other is not None:
            self._unite(one, other)

    def _campaign(self, node: exp.Expr) -> Any:
        """The alias whose campaign this is, or the campaign that is given; None for anything else."""
        while isinstance(node, (exp.Paren, exp.Cast, exp.Collate)):
            node = node.this
        if isinstance(node, exp.Column):
            if node.name != "campaign_id":
                return None
            return node.table or (next(iter(self.distributed)) if len(self.distributed) == 1 else None)
        if isinstance(node, exp.Placeholder):
            return "given", self._parameters.get(node.name)
        if isinstance(node, exp.Literal):
            return "given", node.this
        return None

    def _root(self, alias: Any) -> Any:
        while self._same.get(alias, alias) != alias:
            alias = self._same[alias]
        return alias

    def _unite(self, one: Any, other: Any) -> None:
        a, b = self._root(one), self._root(other)
        if isinstance(a, tuple):
            a, b = b, a
        self._same[a] = b

    def _check(self) -> None:
        if isinstance(self._node, exp.SetOperation):
            for side in (self._node.left, self._node.right):
                self.distributed |= self._inside(side, {}).distributed
            return
        joined = self.distributed - self._planned_first
        if len({self._root(alias) for alias in joined}) > 1:
            self._errors.append(f"joins {' and '.join(sorted(joined))} of different campaigns")

    def _nested(self) -> None:
        """Questions inside conditions and columns: those about the row at hand must be about its campaign."""
        node = self._node
        # `_check` has looked into the two sides of a UNION; once more at each level doubles the work with each part.
        seen = [node.left, node.right] if isinstance(node, exp.SetOperation) else self._from()
        in_from = {id(source) for source in seen}
        for query in _outermost(node, exp.Query, lambda node: id(node) in in_from):
            own = {table.alias_or_name for table in query.find_all(exp.Table, exp.Subquery)}
            outside = {column.table for column in query.find_all(exp.Column)} - own - {""}
            about = {alias for alias in outside if alias in self.distributed or alias in self._around}
            around = {alias: self._root(alias) for alias in self.distributed | set(self._same)} if about else {}
            inner = self._inside(query, around)
            here = {inner._root(alias) for alias in inner.distributed}
            if about and here and not here <= {inner._root(alias) for alias in about}:
                self._errors.append(f"asks about {', '.join(sorted(own))} of other campaigns for each row")


def _conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    if isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    elif isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    elif condition is not None:
        yield condition


def _outermost(node: exp.Expr, kind: type[exp.Expr], is_left_out: Callable[[exp.Expr], bool]) -> Iterator[exp.Expr]:
    for child in node.iter_expressions():
        if is_left_out(child):
            continue
        if isinstance(child, kind) and not isinstance(child, exp.Subquery):
            yield child
        else:
            yield from _outermost(child, kind, is_left_out)
