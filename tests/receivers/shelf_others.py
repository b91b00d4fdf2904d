"""One example for each recogniser of Java, C#, Go, Ruby and Rust, and what Django has of them."""

from typing import Final

from tests.receivers.reading import Shelf

SHELF: Final[Shelf] = {
    "django": (
        {
            "chat/routing.py": """
                from django.urls import path, re_path
                from chat import consumers

                websocket_urlpatterns = [
                    re_path(r"ws/chat/(?P<room>\\w+)/$", consumers.Chat.as_asgi()),
                    path("ws/orders/<int:id>/", consumers.Orders.as_asgi()),
                ]
            """,
            "chat/consumers.py": """
                from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer


                class Chat(AsyncWebsocketConsumer):
                    async def connect(self):
                        await self.accept()

                    async def receive(self, text_data):
                        await self.send(text_data)


                class Orders(AsyncJsonWebsocketConsumer):
                    async def receive_json(self, content):
                        pass
            """,
        },
        ("SOCKET /ws/chat/{room}/ -> Chat.receive", "SOCKET /ws/orders/{id}/ -> Orders.receive_json"),
    ),
    "spring": (
        {
            "src/main/java/shop/BookController.java": """
                package shop;
                import org.springframework.graphql.data.method.annotation.*;
                import org.springframework.messaging.handler.annotation.MessageMapping;
                @Controller
                class BookController {
                  @QueryMapping public List<Book> books() { return store.all(); }
                  @MutationMapping("addBook") public Book add(@Argument String title) { return store.add(title); }
                  @SchemaMapping public Author author(Book book) { return null; }
                  @BatchMapping public Map<Book, Author> editor(List<Book> books) { return null; }
                  @PreAuthorize("hasRole('ADMIN')")
                  @SchemaMapping(typeName = "Query", field = "stock") public int stock() { return 1; }
                  @MessageMapping("/books/{id}") public void changed(@DestinationVariable long id) {}
                }
            """,
            "src/main/java/shop/Listeners.java": """
                package shop;
                @Component
                class Listeners {
                  static final String MAILS = "mails";
                  @KafkaListener(topics = {Topics.ORDERS, "${shop.topic:payments}"}) void orders(String message) {}
                  @RabbitListener(queues = MAILS) void mails(String message) {}
                  @RabbitListener(bindings = @QueueBinding(value = @Queue(value = "audit", durable = "true"), exchange = @Exchange("x")))
                  void audit(String message) {}
                  @JmsListener(destination = "legacy") void legacy(String message) {}
                  @EventListener void started(ApplicationReadyEvent event) {}
                }
            """,
            "src/main/java/shop/Rocket.java": """
                package shop;
                @RocketMQMessageListener(topic = "refunds", consumerGroup = "shop")
                class Rocket implements RocketMQListener<String> {
                  public void onMessage(String message) {}
                }
            """,
            "src/main/java/shop/Topics.java": """
                package shop;
                class Topics { static final String ORDERS = "orders"; }
            """,
            "src/main/java/shop/OrdersService.java": """
                package shop;
                @GrpcService
                class OrdersService extends OrdersGrpc.OrdersImplBase {
                  @Override public void getOrder(GetOrder request, StreamObserver<Order> answers) {}
                  private Order find(long id) { return null; }
                }
            """,
            "src/main/java/shop/Sockets.java": """
                package shop;
                @Configuration
                class Sockets implements WebSocketConfigurer {
                  private final ChatHandler chat;
                  public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
                    registry.addHandler(chat, "/chat").setAllowedOrigins("*");
                  }
                }
            """,
            "src/main/java/shop/ChatHandler.java": """
                package shop;
                class ChatHandler extends TextWebSocketHandler {
                  @Override public void handleTextMessage(WebSocketSession session, TextMessage message) {}
                }
            """,
        },
        (
            "GRAPHQL Query.books -> BookController.books",
            "GRAPHQL Mutation.addBook -> BookController.add",
            "GRAPHQL Book.author -> BookController.author",
            "GRAPHQL Book.editor -> BookController.editor",
            "GRAPHQL Query.stock -> BookController.stock",
            "SOCKET /books/{id} -> BookController.changed",
            "MESSAGE orders -> Listeners.orders",
            "MESSAGE payments -> Listeners.orders",
            "MESSAGE mails -> Listeners.mails",
            "MESSAGE audit -> Listeners.audit",
            "MESSAGE legacy -> Listeners.legacy",
            "GRPC Orders/GetOrder -> OrdersService.getOrder",
            "MESSAGE refunds -> Rocket.onMessage",
            "SOCKET /chat -> ChatHandler.handleTextMessage",
        ),
    ),
    "aspnet": (
        {
            "Chat.cs": """
                using Microsoft.AspNetCore.SignalR;
                namespace Shop;
                [Authorize]
                public class ChatHub : Hub<IChat>
                {
                    public ChatHub(Store store) { }
                    public override Task OnConnectedAsync() => Task.CompletedTask;
                    public async Task Send(string text) { }
                    [HubMethodName("leave")] public Task Left() => Task.CompletedTask;
                    private void Note() { }
                }
            """,
            "Orders.cs": """
                using MassTransit;
                namespace Shop;
                public class OrderConsumer : IConsumer<OrderCreated>, IConsumer<OrderPaid>
                {
                    public Task Consume(ConsumeContext<OrderCreated> context) => Task.CompletedTask;
                    public Task Consume(ConsumeContext<OrderPaid> context) => Task.CompletedTask;
                }
                public class OrdersService : Orders.OrdersBase
                {
                    public override Task<Order> Get(GetOrder request, ServerCallContext context) => null;
                    public override string ToString() => "";
                }
                public class Functions
                {
                    public void Run([ServiceBusTrigger("refunds", Connection = "bus")] string message) { }
                    [CapSubscribe("orders.shipped")] public void Shipped(Order order) { }
                }
            """,
            "Schema.cs": """
                using HotChocolate;
                namespace Shop;
                [ExtendObjectType(typeof(Query))]
                public class BookQueries
                {
                    public IQueryable<Book> GetBooks([Service] Store store) => store.Books;
                    [GraphQLName("stock")] public int CountAll() => 1;
                    [GraphQLIgnore] public int Hidden() => 1;
                }
                [ObjectType<Book>]
                public static partial class BookType
                {
                    public static Task<Author> GetAuthorAsync([Parent] Book book) => null;
                    [NodeResolver] public static Task<Book> GetBookAsync(int id) => null;
                    static partial void Configure(IObjectTypeDescriptor<Book> descriptor) { }
                }
                [SubscriptionType]
                public class Events
                {
                    public async ValueTask<ISourceStream<int>> SubscribeToSold(ITopicEventReceiver events) => null;
                    [Subscribe(With = nameof(SubscribeToSold))] public Book OnSold([EventMessage] int id) => null;
                }
                [MutationType]
                public class Changes
                {
                    public async Task<Book> AddBookAsync(string title) => null;
                }
            """,
        },
        (
            "SOCKET ChatHub/Send -> ChatHub.Send",
            "SOCKET ChatHub/leave -> ChatHub.Left",
            "MESSAGE OrderCreated -> OrderConsumer.Consume",
            "MESSAGE OrderPaid -> OrderConsumer.Consume#1",
            "GRPC Orders/Get -> OrdersService.Get",
            "MESSAGE refunds -> Functions.Run",
            "MESSAGE orders.shipped -> Functions.Shipped",
            "GRAPHQL Query.books -> BookQueries.GetBooks",
            "GRAPHQL Query.stock -> BookQueries.CountAll",
            "GRAPHQL Book.author -> BookType.GetAuthorAsync",
            "GRAPHQL Subscription.onSold -> Events.OnSold",
            "GRAPHQL Mutation.addBook -> Changes.AddBookAsync",
        ),
    ),
    "gqlgen": (
        {
            "graph/schema.resolvers.go": """
                package graph
                func (r *queryResolver) Users(ctx context.Context) ([]*model.User, error) { return nil, nil }
                func (r *userResolver) Posts(ctx context.Context, obj *model.User) ([]*model.Post, error) { return nil, nil }
                func (r *Resolver) Query() generated.QueryResolver { return &queryResolver{r} }
            """,
        },
        ("GRAPHQL Query.users -> queryResolver.Users", "GRAPHQL User.posts -> userResolver.Posts"),
    ),
    "grpc-go": (
        {
            "orders/server.go": """
                package orders
                type Server struct { pb.UnimplementedOrdersServer; store *Store }
                func (s *Server) Get(ctx context.Context, in *pb.GetOrder) (*pb.Order, error) { return nil, nil }
            """,
            "pb/pages_grpc.pb.go": """
                package pb
                type BooksServer interface { Open(context.Context, *OpenBook) (*Book, error) }
                type PagesServer interface { Turn(context.Context, *TurnPage) (*Page, error) }
            """,
            "orders/list.go": """
                package orders
                func (s *Server) List(in *pb.ListOrders, stream pb.Orders_ListServer) error { return nil }
                type All struct { pb.UnimplementedBooksServer; pb.UnimplementedPagesServer }
                func (a *All) Turn(ctx context.Context, in *pb.TurnPage) (*pb.Page, error) { return nil, nil }
                func (s *Store) Find(ctx context.Context, in *Query) (*Order, error) { return nil, nil }
            """,
        },
        ("GRPC Orders/List -> Server.List", "GRPC Pages/Turn -> All.Turn", "GRPC Orders/Get -> Server.Get"),
    ),
    "kafka-go": (
        {
            "a.go": """
                package shop
                import "github.com/segmentio/kafka-go"
                const topic = "orders"
                func consume() { reader := kafka.NewReader(kafka.ReaderConfig{Brokers: brokers, Topic: topic}); reader.Close() }
            """,
        },
        ("MESSAGE orders -> consume",),
    ),
    "sarama": (
        {
            "a.go": """
                package shop
                import "github.com/IBM/sarama"
                func (w *Worker) run(ctx context.Context) { w.group.Consume(ctx, []string{"orders"}, w) }
            """,
        },
        ("MESSAGE orders -> Worker.run",),
    ),
    "confluent-kafka-go": (
        {
            "a.go": """
                package shop
                import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
                func run(c *kafka.Consumer) { c.SubscribeTopics([]string{"orders", "refunds"}, nil) }
            """,
        },
        ("MESSAGE orders -> run", "MESSAGE refunds -> run"),
    ),
    "amqp091-go": (
        {
            "a.go": """
                package shop
                import amqp "github.com/rabbitmq/amqp091-go"
                func run(ch *amqp.Channel) {
                  queue, err := ch.QueueDeclare("mails", true, false, false, false, nil)
                  messages, err := ch.Consume(queue.Name, "", true, false, false, false, nil)
                }
            """,
        },
        ("MESSAGE mails -> run",),
    ),
    "nats.go": (
        {
            "a.go": """
                package shop
                import "github.com/nats-io/nats.go"
                func run(nc *nats.Conn) {
                  nc.Subscribe("orders.created", created)
                  nc.QueueSubscribe("orders.paid", "workers", func(m *nats.Msg) { pay(m) })
                }
                func created(m *nats.Msg) {}
            """,
        },
        ("MESSAGE orders.created -> created", "MESSAGE orders.paid -> message orders.paid"),
    ),
    "asynq": (
        {
            "a.go": """
                package shop
                import "github.com/hibiken/asynq"
                func main() {
                  mux := asynq.NewServeMux()
                  mux.HandleFunc("mail:send", send)
                }
                func send(ctx context.Context, task *asynq.Task) error { return nil }
            """,
        },
        ("MESSAGE mail:send -> send",),
    ),
    "rails": (
        {
            "app/channels/chat_channel.rb": """
                class ChatChannel < ApplicationCable::Channel
                  def subscribed
                    stream_from "chat"
                  end

                  def speak(data)
                    Message.create!(data)
                  end

                  def self.stream_name_for(room); end

                  private

                  def room; end
                end
            """,
            "app/channels/application_cable/channel.rb": """
                module ApplicationCable
                  class Channel < ActionCable::Channel::Base
                    def helper; end
                  end
                end
            """,
            "app/jobs/mail_job.rb": """
                class MailJob < ApplicationJob
                  def perform(user); end

                  def later; end
                end
            """,
        },
        (
            "SOCKET ChatChannel -> ChatChannel.subscribed",
            "SOCKET ChatChannel/speak -> ChatChannel.speak",
            "MESSAGE MailJob -> MailJob.perform",
        ),
    ),
    "graphql-ruby": (
        {
            "app/graphql/types/query_type.rb": """
                module Types
                  class QueryType < Types::BaseObject
                    field :all_users, [Types::UserType], null: false
                    field :create_user, mutation: Mutations::CreateUser
                    field :name, String

                    def all_users
                      User.all
                    end
                  end
                end
            """,
            "app/graphql/mutations/create_user.rb": """
                module Mutations
                  class CreateUser < BaseMutation
                    argument :name, String
                    field :user, Types::UserType

                    def resolve(name:)
                      User.create!(name: name)
                    end
                  end
                end
            """,
        },
        (
            "GRAPHQL Query.allUsers -> Types.QueryType.all_users",
            "GRAPHQL Query.createUser -> Mutations.CreateUser.resolve",
        ),
    ),
    "sidekiq": (
        {"app/workers/hard_worker.rb": "class HardWorker\n  include Sidekiq::Job\n  def perform(id); end\nend\n"},
        ("MESSAGE HardWorker -> HardWorker.perform",),
    ),
    "karafka": (
        {"app/consumers/orders.rb": "class OrdersConsumer < ApplicationConsumer\n  def consume; end\nend\n"},
        ("MESSAGE OrdersConsumer -> OrdersConsumer.consume",),
    ),
    "sneakers": (
        {"a.rb": "class Mails\n  include Sneakers::Worker\n  from_queue 'mails'\n  def work(message); end\nend\n"},
        ("MESSAGE mails -> Mails.work",),
    ),
    "shoryuken": (
        {
            "a.rb": "class Mails\n  include Shoryuken::Worker\n  shoryuken_options queue: 'mails'\n  def perform(sqs, body); end\nend\n"
        },
        ("MESSAGE mails -> Mails.perform",),
    ),
    "tonic": (
        {
            "src/orders.rs": """
                use tonic::{Request, Response, Status};
                #[tonic::async_trait]
                impl Orders for OrdersService {
                    async fn get_order(&self, request: Request<GetOrder>) -> Result<Response<Order>, Status> { todo!() }
                }
                impl OrdersService { fn find(&self, id: i64) -> Order { todo!() } }
            """,
        },
        ("GRPC Orders/GetOrder -> OrdersService.get_order",),
    ),
    "async-graphql": (
        {
            "src/schema.rs": """
                use async_graphql::{Context, Object};
                #[Object]
                impl QueryRoot {
                    async fn all_users(&self, ctx: &Context<'_>) -> Vec<User> { vec![] }
                    #[graphql(name = "stock")]
                    async fn count(&self) -> i32 { 1 }
                    #[graphql(entity)]
                    async fn find_user(&self, id: i64) -> User { todo!() }
                    #[graphql(skip)]
                    async fn hidden(&self) -> i32 { 1 }
                }
                impl User { fn name(&self) -> String { todo!() } }
            """,
        },
        ("GRAPHQL Query.allUsers -> QueryRoot.all_users", "GRAPHQL Query.stock -> QueryRoot.count"),
    ),
    "rdkafka": (
        {
            "src/main.rs": """
                use rdkafka::consumer::StreamConsumer;
                const TOPIC: &str = "orders";
                async fn run() { let consumer: StreamConsumer = make(); consumer.subscribe(&[TOPIC, "refunds"]).unwrap(); }
            """,
        },
        ("MESSAGE orders -> run", "MESSAGE refunds -> run"),
    ),
    "lapin": (
        {
            "src/main.rs": """
                use lapin::Channel;
                async fn run(channel: Channel) { let consumer = channel.basic_consume("mails", "shop", O, F).await; }
            """,
        },
        ("MESSAGE mails -> run",),
    ),
}
