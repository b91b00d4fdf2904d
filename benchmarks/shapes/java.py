"""A made-up back end in Java: Spring Boot controllers, JPA, JdbcTemplate, services, records."""

from collections.abc import Sequence

from benchmarks.shapes.resource import Resource, camel, pascal

LANGUAGE = "java"
SUFFIX = ".java"
CARET = r"^        (?:var|List<\w+>|String|int) (?:rows|record|found|statement|changed) = "
NAME = r"^    (?:public )?[\w<>, ]+ (\w+)\("
STATEMENT = "var checked = 1;"
"""Somebody makes its name longer, key by key: the file can be parsed at each of them."""
TYPED = "long total = items.stream().filter(Item::isVisible).count();"
"""A statement that is typed from its first key to its last: at most of them, the file is in error."""

_TYPES = {"text": "String", "money": "BigDecimal", "int": "int", "date": "LocalDate", "flag": "boolean"}
_IMPORTS = """\
import jakarta.persistence.*;
import jakarta.validation.Valid;
import jakarta.validation.constraints.*;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.*;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.server.ResponseStatusException;
"""
ROOT = "src/main/java/com/example/shop"


def one_file(resources: Sequence[Resource]) -> str:
    """Everything in one file, as classes without `public`."""
    parts = [f"package com.example.shop;\n\n{_IMPORTS}"]
    for r in resources:
        parts += [_entity(r), _repository(r), _request(r), _pricing(r), _service(r), _controller(r)]
    return "\n".join(parts)


def project(resources: Sequence[Resource]) -> dict[str, str]:
    """A folder per resource, a file per class."""
    files = {f"{ROOT}/ShopApplication.java": _APPLICATION}
    for r in resources:
        package = "".join(r.words)
        classes = {
            r.pascal: _entity(r),
            f"{r.pascal}Repository": _repository(r),
            f"{r.pascal}Request": _request(r),
            f"{r.pascal}Pricing": _pricing(r),
            f"{r.pascal}Service": _service(r),
            f"{r.pascal}Controller": _controller(r),
        }
        for name, text in classes.items():
            head = f"package com.example.shop.{package};\n\n{_IMPORTS}\n"
            files[f"{ROOT}/{package}/{name}.java"] = head + text
    return files


def _entity(r: Resource) -> str:
    columns = "\n\n".join(
        f'    @Column(name = "{n}"' + (f", length = {r.dice.randrange(40, 400)}" * (k == "text"))
        + f")\n    private {_TYPES[k]} {camel(n)};"
        for n, k in r.fields
    )  # fmt: skip
    accessors = "\n\n".join(
        f"    public {_TYPES[k]} get{pascal(n)}() {{\n        return {camel(n)};\n    }}\n\n"
        f"    public void set{pascal(n)}({_TYPES[k]} {camel(n)}) {{\n        this.{camel(n)} = {camel(n)};\n    }}"
        for n, k in r.fields[: r.dice.randint(2, 4)]
    )
    return f"""/** A {" ".join(r.words)} as it is stored. */
@Entity
@Table(name = "{r.snakes}")
class {r.pascal} {{
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    private String state = "{r.states[0]}";

    private Long ownerId;

{columns}

    protected {r.pascal}() {{}}

{accessors}

    boolean is{r.states[1].capitalize()}() {{
        return "{r.states[1]}".equals(state);
    }}
}}
"""


def _repository(r: Resource) -> str:
    text = r.of("text")[0]
    return f"""interface {r.pascal}Repository extends JpaRepository<{r.pascal}, Long> {{
    Page<{r.pascal}> findByOwnerId(Long ownerId, Pageable pageable);

    Optional<{r.pascal}> findByIdAndOwnerId(Long id, Long ownerId);

    @Query("select x from {r.pascal} x where x.{camel(text)} = :value and x.state <> '{r.states[2]}'")
    List<{r.pascal}> search{pascal(text)}(String value, Pageable pageable);
}}
"""


def _request(r: Resource) -> str:
    rules = {"text": "@NotBlank @Size(max = {n}) ", "money": "@NotNull @PositiveOrZero ", "int": "@Max({n}) "}
    fields = ",\n".join(
        f"        {rules.get(k, '').format(n=r.dice.randrange(50, 500))}{_TYPES[k]} {camel(n)}" for n, k in r.fields
    )
    return f"""/** What a client sends to create or to change a {" ".join(r.words)}. */
record {r.pascal}Request(
{fields}) {{}}
"""


def _pricing(r: Resource) -> str:
    money = r.of("money", "int")[0]
    rate = r.dice.randrange(5, 25)
    return f"""final class {r.pascal}Pricing {{
    private static final BigDecimal RATE = new BigDecimal("0.{rate:02}");
    private static final Map<String, String> LABELS = Map.of(
            "{r.states[0]}", "{r.words[1]} is {r.states[0]}",
            "{r.states[1]}", "{r.words[1]} was {r.states[1]}",
            "{r.states[2]}", "{r.words[0]}: {r.states[2]}");

    private {r.pascal}Pricing() {{}}

    static BigDecimal {camel(money)}WithTax(Collection<BigDecimal> values) {{
        BigDecimal sum = BigDecimal.ZERO;
        for (BigDecimal value : values) {{
            if (value == null || value.signum() < 0) {{
                continue;
            }}
            sum = sum.add(value.multiply(BigDecimal.ONE.add(RATE)));
        }}
        return sum.setScale(2, RoundingMode.HALF_UP);
    }}

    static String label(String state, long number) {{
        return LABELS.getOrDefault(state, "unknown") + " #" + (number + {r.number});
    }}
}}
"""


def _service(r: Resource) -> str:
    first, text = r.fields[0][0], r.of("text")[0]
    if r.one_in(3):
        search = f"""    List<Map<String, Object>> search(String phrase, String order) {{
        String statement = "SELECT id, {first} FROM {r.snakes} WHERE {text} LIKE ? ORDER BY " + order;
        return jdbc.queryForList(statement, phrase + "%");
    }}
"""
    else:
        search = f"""    List<Map<String, Object>> search(Long ownerId, String phrase) {{
        String statement = "SELECT id, {first}, state FROM {r.snakes} WHERE owner_id = ? AND {text} LIKE ? LIMIT 50";
        return jdbc.queryForList(statement, ownerId, "%" + phrase + "%");
    }}
"""
    transactional = "" if r.one_in(4) else "    @Transactional\n"
    loop = ""
    if r.one_in(3):
        loop = f"""        for (Long other : related) {{
            {r.camel}Repository.findById(other).ifPresent(x -> log.info("{r.verb} also {{}}", x.is{r.states[1].capitalize()}()));
        }}
"""
    return f"""@Service
class {r.pascal}Service {{
    private static final Logger log = LoggerFactory.getLogger({r.pascal}Service.class);

    private final {r.pascal}Repository {r.camel}Repository;
    private final JdbcTemplate jdbc;

    {r.pascal}Service({r.pascal}Repository {r.camel}Repository, JdbcTemplate jdbc) {{
        this.{r.camel}Repository = {r.camel}Repository;
        this.jdbc = jdbc;
    }}

{search}
{transactional}    public int {r.verb}(Long id, Long ownerId, List<Long> related) {{
        var record = {r.camel}Repository.findByIdAndOwnerId(id, ownerId)
                .orElseThrow(() -> new NoSuchElementException("no {" ".join(r.words)} " + id));
        if (!record.is{r.states[1].capitalize()}()) {{
            throw new IllegalStateException("{r.words[1]} is not {r.states[1]}");
        }}
{loop}        int changed = jdbc.update("UPDATE {r.snakes} SET state = ? WHERE id = ?", "{r.states[2]}", id);
        jdbc.update("INSERT INTO {r.snake}_history (record_id, state) VALUES (?, ?)", id, "{r.states[2]}");
        return changed;
    }}
}}
"""


def _controller(r: Resource) -> str:
    repository = f"{r.camel}Repository"
    if r.one_in(4):
        listing = f"""    @GetMapping
    public List<{r.pascal}> all() {{
        List<{r.pascal}> rows = {repository}.findAll();
        return rows;
    }}
"""
    else:
        listing = f"""    @GetMapping
    public Page<{r.pascal}> list(
            @RequestParam(defaultValue = "0") @Min(0) int page,
            @RequestParam(defaultValue = "{r.dice.randrange(10, 60)}") @Max(100) int size,
            @RequestHeader("X-Owner") Long ownerId) {{
        return {repository}.findByOwnerId(ownerId, PageRequest.of(page, Math.min(size, 100)));
    }}
"""
    created = "" if r.one_in(4) else "    @ResponseStatus(HttpStatus.CREATED)\n"
    valid = "" if r.one_in(5) else "@Valid "
    setters = "\n".join(f"        record.set{pascal(n)}(body.{camel(n)}());" for n, _ in r.fields[:2])
    if r.one_in(4):
        reading = f"""    @GetMapping("/{{id}}")
    public {r.pascal} read(@PathVariable Long id) {{
        return {repository}.findById(id).orElse(null);
    }}
"""
    else:
        reading = f"""    @GetMapping("/{{id}}")
    public ResponseEntity<{r.pascal}> read(@PathVariable("id") Long {r.camel}Id) {{
        return {repository}.findById({r.camel}Id)
                .map(ResponseEntity::ok)
                .orElseGet(() -> ResponseEntity.notFound().build());
    }}
"""
    reason = "error.getMessage()" if r.one_in(3) else f'"the {r.words[1]} cannot be {r.states[2]} now"'
    return f"""@RestController
@RequestMapping("/api/v{r.number % 3 + 1}/{r.kebabs}")
class {r.pascal}Controller {{
    private final {r.pascal}Service service;
    private final {r.pascal}Repository {repository};

    {r.pascal}Controller({r.pascal}Service service, {r.pascal}Repository {repository}) {{
        this.service = service;
        this.{repository} = {repository};
    }}

{listing}
    @PostMapping
{created}    public {r.pascal} create({valid}@RequestBody {r.pascal}Request body) {{
        var record = new {r.pascal}();
{setters}
        return {repository}.save(record);
    }}

{reading}
    @PutMapping("/{{id}}")
    @PreAuthorize("hasRole('{r.words[0].upper()}_EDITOR')")
    public {r.pascal} replace(@PathVariable Long id, {valid}@RequestBody {r.pascal}Request body) {{
        var record = {repository}.findById(id)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "no {" ".join(r.words)}"));
{setters}
        return {repository}.save(record);
    }}

    @PostMapping("/{{id}}/{r.verb}")
    public ResponseEntity<String> {r.verb}(@PathVariable Long id, @RequestHeader("X-Owner") Long ownerId) {{
        try {{
            var found = service.{r.verb}(id, ownerId, List.of());
            return ResponseEntity.ok({r.pascal}Pricing.label("{r.states[2]}", found));
        }} catch (NoSuchElementException error) {{
            return ResponseEntity.status(HttpStatus.NOT_FOUND).body("no {r.words[1]}");
        }} catch (IllegalStateException error) {{
            return ResponseEntity.status(HttpStatus.CONFLICT).body({reason});
        }}
    }}

    @DeleteMapping("/{{id}}")
    @PreAuthorize("hasRole('ADMIN')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    public void remove{r.pascal}(@PathVariable Long id) {{
        {repository}.deleteById(id);
    }}
}}
"""


_APPLICATION = """\
package com.example.shop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class ShopApplication {
    public static void main(String[] arguments) {
        SpringApplication.run(ShopApplication.class, arguments);
    }
}
"""
