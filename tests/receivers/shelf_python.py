"""One example for each recogniser of Python."""

from typing import Final

from tests.receivers.reading import Shelf

SHELF: Final[Shelf] = {
    "strawberry": (
        {
            "shop/schema.py": """
                import strawberry
                from shop.users import list_users


                @strawberry.type
                class UserQuery:
                    users: list[User] = strawberry.field(resolver=list_users)
                    total: int

                    @strawberry.field
                    def user_by_id(self, id: int) -> User:
                        return find(id)


                @strawberry.type
                class Mutation:
                    @strawberry.mutation(name="register")
                    def create_user(self, name: str) -> User:
                        return create(name)


                @strawberry.input
                class UserInput:
                    name: str
            """,
            "shop/users.py": "def list_users():\n    return []\n",
        },
        (
            "GRAPHQL Query.users -> list_users",
            "GRAPHQL Query.userById -> UserQuery.user_by_id",
            "GRAPHQL Mutation.register -> Mutation.create_user",
        ),
    ),
    "graphene": (
        {
            "shop/schema.py": """
                import graphene
                from shop.mutations import CreateUser


                class Query(graphene.ObjectType):
                    all_users = graphene.List(UserType)

                    def resolve_all_users(self, info):
                        return User.objects.all()


                class Mutation(graphene.ObjectType):
                    create_user = CreateUser.Field()
                    total = graphene.Int()
            """,
            "shop/mutations.py": """
                import graphene


                class CreateUser(graphene.Mutation):
                    def mutate(root, info, name):
                        return CreateUser(user=create(name))
            """,
        },
        ("GRAPHQL Query.allUsers -> Query.resolve_all_users", "GRAPHQL Mutation.createUser -> CreateUser.mutate"),
    ),
    "ariadne": (
        {
            "shop/schema.py": """
                from ariadne import MutationType, ObjectType, QueryType

                query = QueryType()
                user = ObjectType("User")


                @query.field("users")
                def resolve_users(_, info):
                    return []


                @user.field("posts")
                def resolve_posts(user, info):
                    return []
            """,
        },
        ("GRAPHQL Query.users -> resolve_users", "GRAPHQL User.posts -> resolve_posts"),
    ),
    "celery": (
        {
            "shop/tasks.py": """
                from celery import Celery, shared_task
                from shop.worker import celery_app

                app = Celery("shop")


                @app.task(name="mails.send", bind=True)
                def send(self, to):
                    pass


                @shared_task
                def report():
                    pass


                @celery_app.task(bind=True)
                def clean(self):
                    pass
            """,
        },
        ("MESSAGE mails.send -> send", "MESSAGE report -> report", "MESSAGE clean -> clean"),
    ),
    "dramatiq": (
        {"a.py": "import dramatiq\n\n\n@dramatiq.actor(queue_name='mails')\ndef send(to):\n    pass\n"},
        ("MESSAGE send -> send",),
    ),
    "huey": (
        {"a.py": "from huey import RedisHuey\n\nhuey = RedisHuey()\n\n\n@huey.task()\ndef send(to):\n    pass\n"},
        ("MESSAGE send -> send",),
    ),
    "rq": (
        {"a.py": "from django_rq import job\n\n\n@job('default')\ndef send(to):\n    pass\n"},
        ("MESSAGE send -> send",),
    ),
    "taskiq": (
        {"a.py": "from taskiq import X\nfrom shop import broker\n\n\n@broker.task\nasync def send(to):\n    pass\n"},
        ("MESSAGE send -> send",),
    ),
    "faststream": (
        {
            "a.py": """
                from faststream.rabbit import RabbitBroker, RabbitQueue

                broker = RabbitBroker()


                @broker.subscriber("orders")
                async def on_order(body):
                    pass


                @broker.subscriber(RabbitQueue("mails"))
                async def on_mail(body):
                    pass
            """,
        },
        ("MESSAGE orders -> on_order", "MESSAGE mails -> on_mail"),
    ),
    "kafka-python": (
        {
            "a.py": """
                from aiokafka import AIOKafkaConsumer
                from shop.topics import ORDERS


                async def consume():
                    consumer = AIOKafkaConsumer(ORDERS, "payments", bootstrap_servers="kafka")
                    async for message in consumer:
                        handle(message)


                class Reader:
                    def start(self):
                        self.consumer.subscribe(["refunds"])
            """,
            "shop/topics.py": 'ORDERS = "orders"\n',
        },
        ("MESSAGE orders -> consume", "MESSAGE payments -> consume", "MESSAGE refunds -> Reader.start"),
    ),
    "pika": (
        {
            "a.py": """
                import pika


                class Worker:
                    def start(self):
                        self.channel.basic_consume(queue="mails", on_message_callback=self.on_mail)

                    def on_mail(self, ch, method, properties, body):
                        pass


                async def main():
                    queue = await channel.declare_queue("orders")
                    await queue.consume(on_order)


                async def on_order(message):
                    pass
            """,
        },
        ("MESSAGE mails -> Worker.on_mail", "MESSAGE orders -> on_order"),
    ),
    "nats-py": (
        {
            "a.py": """
                import nats


                async def main():
                    nc = await nats.connect()
                    await nc.subscribe("orders.created", cb=created)


                async def created(message):
                    pass
            """,
        },
        ("MESSAGE orders.created -> created",),
    ),
    "socketio": (
        {
            "a.py": """
                from flask_socketio import SocketIO

                socketio = SocketIO(app)


                @socketio.on("message", namespace="/chat")
                def on_message(data):
                    pass


                @socketio.on("connect")
                def connected():
                    pass
            """,
            "b.py": """
                import socketio

                sio = socketio.AsyncServer()


                @sio.event
                async def typing(sid, data):
                    pass
            """,
        },
        ("SOCKET /chat message -> on_message", "SOCKET typing -> typing"),
    ),
    "flask-sock": (
        {
            "a.py": "from flask_sock import Sock\n\nsock = Sock(app)\n\n\n@sock.route('/echo')\ndef echo(ws):\n    pass\n"
        },
        ("SOCKET /echo -> echo",),
    ),
    "grpcio": (
        {
            "a.py": """
                from shop import orders_pb2_grpc


                class Orders(orders_pb2_grpc.OrdersServicer):
                    def __init__(self, store, clock):
                        self.store = store

                    def Get(self, request, context):
                        return self.store.get(request.id)
            """,
        },
        ("GRPC Orders/Get -> Orders.Get",),
    ),
}
