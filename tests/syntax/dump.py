"""A compact S-expression of code trees, for tests that read like a specification."""

from persona_lsp.syntax import ir


def dump(node: object) -> str:
    """One expression or statement, a parameter, a catch, a function or a class; tuples of them are joined by spaces."""
    match node:
        case None:
            return "_"
        case tuple():
            return " ".join(dump(item) for item in node)
        case ir.Name(id=name):
            return name
        case ir.Const(value=value):
            return (
                {None: "nil", True: "true", False: "false"}.get(value)
                if value is None or isinstance(value, bool)
                else repr(value)
            )  # type: ignore[return-value]  # the table has all three
        case ir.Str(parts=parts, symbol=symbol, regex=regex):
            text = "".join(p if isinstance(p, str) else "#{" + dump(p) + "}" for p in parts)
            return ":" + text if symbol else f"/{text}/" if regex else '"' + text.replace("\n", "\\n") + '"'
        case ir.Member(base=base, name=name, optional=optional):
            return f"{dump(base)}{'?.' if optional else '.'}{name}"
        case ir.Index(base=base, keys=keys):
            return f"{dump(base)}[{', '.join(dump(k) for k in keys)}]"
        case ir.Call(func=func, args=args, kwargs=kwargs, block=block, new=new, tagged=tagged):
            given = [dump(a) for a in args] + [f"{k.name or '**'}={dump(k.value)}" for k in kwargs]
            tail = " " + dump(block) if block is not None else ""
            mark = "`" if tagged else ""
            return f"{'new ' if new else ''}{dump(func)}{mark}({', '.join(given)}){tail}"
        case ir.Object(entries=entries):
            return (
                "{"
                + ", ".join(f"{e.name or ('...' if e.key is None else dump(e.key))}: {dump(e.value)}" for e in entries)
                + "}"
            )
        case ir.Items(items=items, kind=kind):
            opened, closed = {"list": "[]", "tuple": "()", "set": "<>"}[kind]
            return opened + ", ".join(dump(i) for i in items) + closed
        case ir.Spread(value=value):
            return "*" + dump(value)
        case ir.Lambda(function=function):
            return "{|" + ", ".join(dump(p) for p in function.params) + "| " + dump(function.body) + "}"
        case ir.Binary(op=op, left=left, right=right):
            return f"({op} {dump(left)} {dump(right)})"
        case ir.Unary(op=op, operand=operand):
            return f"({op} {dump(operand)})"
        case ir.Await(value=value):
            return f"(await {dump(value)})"
        case ir.Ternary(test=test, then=then, orelse=orelse):
            return f"(? {dump(test)} {dump(then)} {dump(orelse)})"
        case ir.Let(target=target, value=value, op=op):
            return f"(let{op} {dump(target)} {dump(value)})"
        case ir.Each(target=target, iterable=iterable, element=element, conditions=conditions):
            tests = "".join(f" if {dump(c)}" for c in conditions)
            return f"(each {dump(target)} in {dump(iterable)}{tests}: {dump(element)})"
        case ir.SwitchExpr(subject=subject, arms=arms):
            return f"(switch {dump(subject)} {' '.join(f'[{dump(p)} -> {dump(v)}]' for p, v in arms)})"
        case ir.BlockExpr(body=body):
            return "(do " + dump(body) + ")"
        case ir.Do(value=value):
            return dump(value)
        case ir.Assign(targets=targets, value=value, op=op, type=type_, const=const):
            declared = f": {dump(type_)}" if type_ is not None else ""
            return f"({'const ' if const else ''}{op}= {dump(targets)}{declared} {dump(value)})"
        case ir.Return(value=value, implicit=implicit):
            return f"({'=>' if implicit else 'return'}{' ' + dump(value) if value is not None else ''})"
        case ir.Raise(value=value, cause=cause):
            return "(raise" + (f" {dump(value)}" if value else "") + (f" from {dump(cause)}" if cause else "") + ")"
        case ir.Jump(kind=kind):
            return f"({kind})"
        case ir.If(test=test, then=then, orelse=orelse):
            return f"(if {dump(test)} [{dump(then)}]" + (f" [{dump(orelse)}])" if orelse else ")")
        case ir.For(kind=kind, target=target, iterable=iterable, test=test, body=body):
            head = " ".join(dump(x) for x in (target, iterable, test) if x is not None)
            return f"({kind} {head} [{dump(body)}])"
        case ir.Try(body=body, catches=catches, orelse=orelse, final=final):
            tail = (f" else [{dump(orelse)}]" if orelse else "") + (f" finally [{dump(final)}]" if final else "")
            return f"(try [{dump(body)}]{''.join(' ' + dump(c) for c in catches)}{tail})"
        case ir.CatchNode(types=types, variable=variable, body=body):
            return f"(catch {'|'.join(types) or '*'}{' ' + variable if variable else ''} [{dump(body)}])"
        case ir.With(items=items, body=body):
            head = ", ".join(dump(i) + (f" as {dump(t)}" if t is not None else "") for i, t in items)
            return f"(with {head} [{dump(body)}])"
        case ir.Switch(subject=subject, arms=arms):
            return f"(switch {dump(subject)} {' '.join(f'[{dump(p)} -> {dump(b)}]' for p, b in arms)})"
        case ir.Def(function=function):
            return dump(function)
        case ir.ClassDef(cls=cls):
            return dump(cls)
        case ir.Group(body=body):
            return f"(group {dump(body)})"
        case ir.ParamNode(name=name, type=type_, default=default, kind=kind, pattern=pattern):
            sigil = {"rest": "*", "kwrest": "**", "block": "&", "keyword": "~"}.get(kind, "")
            what = dump(pattern) if pattern is not None else name
            declared = f": {dump(type_)}" if type_ is not None else ""
            return sigil + what + declared + (f" = {dump(default)}" if default is not None else "")
        case ir.FunctionNode():
            head = " ".join((*(f"@{d.name}" for d in node.decorators), *node.modifiers, "def", node.name or "_"))
            return f"({head}({', '.join(dump(p) for p in node.params)}) {dump(node.body)})"
        case ir.ClassNode():
            bases = f" < {dump(node.bases)}" if node.bases else ""
            fields = [f".{f.name}" + (f" = {dump(f.value)}" if f.value is not None else "") for f in node.fields]
            inside = [*fields, *map(dump, node.body), *map(dump, node.methods), *map(dump, node.classes)]
            return f"({node.kind} {node.name}{bases} {' '.join(inside)})"
        case ir.Expr(parts=parts):
            return "<" + dump(parts) + ">"
        case _:
            return repr(node)
