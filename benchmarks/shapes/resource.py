"""The things that a made-up back end deals with: names, fields, and numbers that are never the same twice."""

import random
from dataclasses import dataclass

_QUALIFIERS = """
    active annual archived billing branch bulk campus carrier central channel civic client cloud coastal contract
    courier customer daily depot digital district draft express factory field fleet freight garden global guest harbor
    hotel inbound internal island junior kitchen legal library local loyalty mobile monthly museum mutual network night
    online orchard outbound parcel partner pending pilot primary private public quarterly rail regional remote rental
    retail river school seasonal senior shared station studio summit supplier transit travel urban vendor village
    warehouse weekly winter yearly zone
""".split()
_NOUNS = """
    account agreement appointment article asset audit auction badge booking budget bundle campaign catalog claim
    comment complaint course coupon delivery device discount dispute document domain donation estimate event exam
    expense feedback forecast grant inspection invoice journal lease ledger license listing manifest meeting member
    message milestone notice offer order package payment permit playlist pledge policy product profile project
    proposal quote rating receipt refund reminder report request reservation return review room route schedule season
    session shipment shift skill statement subscription survey target task template tenant ticket token tour transfer
    trip vehicle voucher wallet workshop
""".split()
_FIELDS = """
    title:text code:text note:text label:text city:text country:text currency:text reference:text channel:text
    summary:text owner_email:text phone:text color:text source:text amount:money total:money price:money fee:money
    balance:money quantity:int weight:int priority:int capacity:int duration:int version:int position:int
    due_on:date starts_on:date ends_on:date paid_on:date approved:flag visible:flag locked:flag urgent:flag
""".split()
_VERBS = "approve cancel publish assign reopen escalate settle confirm renew suspend verify dispatch".split()
_STATES = "draft open held sent closed expired rejected shipped queued failed".split()


@dataclass(frozen=True, slots=True)
class Resource:
    """A thing with a name, fields and a parent, and where its numbers come from."""

    words: tuple[str, str]
    fields: tuple[tuple[str, str], ...]
    """Name and kind (text, money, int, date, flag) of each field."""
    verb: str
    states: tuple[str, ...]
    number: int
    dice: random.Random

    @property
    def snake(self) -> str:
        return "_".join(self.words)

    @property
    def snakes(self) -> str:
        return f"{self.words[0]}_{_plural(self.words[1])}"

    @property
    def kebabs(self) -> str:
        return self.snakes.replace("_", "-")

    @property
    def pascal(self) -> str:
        return "".join(word.capitalize() for word in self.words)

    @property
    def pascals(self) -> str:
        return self.words[0].capitalize() + _plural(self.words[1]).capitalize()

    @property
    def camel(self) -> str:
        return self.pascal[0].lower() + self.pascal[1:]

    @property
    def camels(self) -> str:
        return self.pascals[0].lower() + self.pascals[1:]

    def of(self, *kinds: str) -> list[str]:
        """Names of the fields of these kinds, never none."""
        return [name for name, kind in self.fields if kind in kinds] or [self.fields[0][0]]

    def one_in(self, times: int) -> bool:
        """Now and then."""
        return self.dice.randrange(times) == 0


def resources(seed: int, count: int) -> list[Resource]:
    """So many different resources, always the same for a seed."""
    dice = random.Random(seed)
    pairs = [(qualifier, noun) for qualifier in _QUALIFIERS for noun in _NOUNS]
    dice.shuffle(pairs)
    if count > len(pairs):
        raise ValueError(f"there are only {len(pairs)} names")
    return [_resource(pair, number, dice.randrange(2**32)) for number, pair in enumerate(pairs[:count])]


def camel(name: str) -> str:
    """`due_on` as `dueOn`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def pascal(name: str) -> str:
    """`due_on` as `DueOn`."""
    return "".join(word.capitalize() for word in name.split("_"))


def _resource(words: tuple[str, str], number: int, seed: int) -> Resource:
    dice = random.Random(seed)
    chosen = dice.sample(_FIELDS, dice.randint(4, 8))
    fields = tuple((name, kind) for name, _, kind in (field.partition(":") for field in chosen))
    return Resource(words, fields, dice.choice(_VERBS), tuple(dice.sample(_STATES, 3)), number, dice)


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "ch", "sh", "x")) else "s")
