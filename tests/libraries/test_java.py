"""What calls of Java libraries mean: Spring Data, JPA, JDBC, and effects outside of the database."""

import pytest

from persona_lsp.facts.body import Function
from persona_lsp.flow.analyse import analyse
from persona_lsp.flow.names import file_names
from persona_lsp.libraries import java_effects, jdbc, spring_data
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse

LIBRARIES = (spring_data.LIBRARY, jdbc.LIBRARY, java_effects.LIBRARY)
FIELDS = """
    private BookRepository books; private BookDao dao; private EntityManager em; private JdbcTemplate jdbc;
    private JdbcClient client; private Connection conn; private Statement stmt; private MongoTemplate mongoTemplate;
    private RestTemplate rest; private WebClient web; private JavaMailSender mail; private KafkaTemplate<String, String> kafka;
    private RabbitTemplate rabbit; private StringRedisTemplate redis; private TransactionTemplate tx; private BookService service;
    private Logger log;
"""


def function(body: str, *, annotations: str = "", on_class: str = "") -> Function:
    source = f"{on_class} class A {{ {FIELDS} {annotations} public Object m(Long id, String q, Pageable pageable) {{ {body} }} }}"
    module = parse("src/main/java/app/A.java", source.encode(), LANGUAGES["java"]).module
    cls = next(module.classes())
    return analyse(cls.methods[0], cls, module, file_names(module), (), LIBRARIES, None, key="A.m")


def asked(body: str) -> list[str]:
    lines: list[str] = []
    for query in function(body).queries:
        words = [query.library, query.op.value, query.entity or "?"]
        words += [w for w in ("many", "nullable", "unit_of_work", "in_parameters") if getattr(query, w)]
        words += ["limited"] if query.limited else ["unlimited"] if query.limited is False else []
        words += [f"keys={','.join(query.keys)}"] if query.keys else []
        words += [f"sql={query.sql.template}"] if query.sql is not None else []
        words += [f"tx={query.site.tx}"] if query.site.tx >= 0 else []
        lines.append(" ".join(words))
    return lines


ASKED = {
    "books.findById(id)": ["spring-data select Book nullable keys=id"],
    "books.findById(id).orElseThrow()": ["spring-data select Book nullable keys=id"],
    "books.getReferenceById(id)": ["spring-data select Book keys=id"],
    "books.findAll()": ["spring-data select Book many unlimited"],
    "books.findAll(pageable)": ["spring-data select Book many limited"],
    "books.findAll(PageRequest.of(0, 20))": ["spring-data select Book many limited"],
    "books.findAll(PageRequest.of(0, 20).withSort(s))": ["spring-data select Book many limited"],
    "books.findAll(Pageable.unpaged())": ["spring-data select Book many unlimited keys=Pageable.unpaged()"],
    "books.findTop10ByOrderByTitle()": ["spring-data select Book many limited"],
    "books.findAllById(ids)": ["spring-data select Book many in_parameters keys=ids"],
    "books.findByIsbnAndTitle(q, q)": ["spring-data select Book keys=q,q"],
    "books.existsByIsbn(q)": ["spring-data select Book limited keys=q"],
    "books.countByAuthor(q)": ["spring-data count Book limited keys=q"],
    "books.save(new Book(q))": ["spring-data upsert Book"],
    "books.deleteById(id)": ["spring-data delete Book keys=id"],
    "this.books.findById(id)": ["spring-data select Book nullable keys=id"],
    "dao.updateTitle(id, q)": ["spring-data update Book"],
    "bookRepo.findById(id)": ["spring-data select Book nullable keys=id"],
    "books.flush()": [],
    "dao.getEntityType()": [],
    "dao.setCache(q)": [],
    "service.findAll()": [],
    "em.find(Book.class, id)": ["spring-data select Book nullable limited keys=id"],
    "em.persist(q)": ["spring-data insert ? unit_of_work"],
    'em.createQuery("select b from Book b where b.id = :id").setParameter("id", id).getSingleResult()': [
        "spring-data select ? sql=select b from Book b where b.id = :id"
    ],
    'em.createNativeQuery("delete from book where id = " + q).executeUpdate()': ["spring-data delete ? sql=delete from book where id = {}"],
    'em.createQuery("from Book").setMaxResults(10).getResultList()': ["spring-data select ? many limited sql=from Book"],
    "mongoTemplate.findOne(query, Book.class)": ["spring-data select Book nullable keys=query"],
    'jdbc.queryForObject("select * from book where id = ?", mapper, id)': ["jdbc select ? keys=mapper,id sql=select * from book where id = ?"],
    'jdbc.update("update book set title = \'" + q + "\' where id = ?", id)': ["jdbc update ? sql=update book set title = '{}' where id = ?"],
    'client.sql("select * from book where id = :id").param("id", id).query(Book.class).optional()': [
        "jdbc select ? nullable sql=select * from book where id = :id"
    ],
    'conn.prepareStatement("select * from book where id = ?")': ["jdbc select ? sql=select * from book where id = ?"],
    'stmt.executeQuery("select * from book where title = \'" + q + "\'")': ["jdbc select ? many sql=select * from book where title = '{}'"],
    "service.execute(q)": [],
}  # fmt: skip


@pytest.mark.parametrize("call", ASKED)
def test_queries(call: str) -> None:
    found = [line.replace(" unlimited", "") if "sql=" in line else line for line in asked(f"return {call};")]
    assert found == ASKED[call]


EFFECTS = {
    "rest.getForObject(url, Book.class)": "http",
    "web.get().uri(url).retrieve().bodyToMono(Book.class)": "http",
    "HttpClient.newHttpClient().send(request, handler)": "",
    "mail.send(message)": "email",
    'kafka.send("books", q)': "queue",
    'rabbit.convertAndSend("books", q)': "queue",
    "redis.opsForValue().set(q, q)": "cache",
    'log.info("x {}", q)': "log",
    "service.send(q)": "",
}


@pytest.mark.parametrize("call", EFFECTS)
def test_effects(call: str) -> None:
    assert [c.effect for c in function(f"return {call};").calls if c.effect] == (
        [EFFECTS[call]] if EFFECTS[call] else []
    )


def test_a_reference_to_a_query_runs_once_for_each_element() -> None:
    found = function("ids.forEach(books::deleteById); return null;")
    assert [(q.op.value, q.site.loop) for q in found.queries] == [("delete", 0)]


def test_a_transaction_template_is_a_transaction() -> None:
    assert asked("return tx.execute(status -> books.save(new Book(q)));") == ["spring-data upsert Book tx=0"]


@pytest.mark.parametrize(
    ("annotations", "on_class", "inside"),
    [
        ("@Transactional", "", True),
        ("", "@Transactional", True),
        ("@Transactional(propagation = Propagation.NOT_SUPPORTED)", "@Transactional", False),
        ("@org.springframework.transaction.annotation.Transactional(readOnly = true)", "", True),
        ("", "", False),
    ],
)
def test_declared_transactions(annotations: str, on_class: str, inside: bool) -> None:
    assert function("return 1;", annotations=annotations, on_class=on_class).transactional is inside


@pytest.mark.parametrize(
    ("code", "loops"),
    [
        ("service.find(id).map(b -> books.findByTitle(b))", False),
        ("service.find(id).flatMap(books::findByTitle)", False),
        ("ids.stream().map(books::findByTitle).toList()", True),
        ("Stream.of(q).map(t -> books.findByTitle(t)).toList()", True),
        ("books.findAll(pageable).map(b -> books.findByTitle(b))", True),
    ],
)
def test_only_containers_of_many_values_loop(code: str, loops: bool) -> None:
    queries = [q for q in function(f"return {code};").queries if q.api == "books.findByTitle"]
    assert [q.site.loop >= 0 for q in queries] == [loops]
