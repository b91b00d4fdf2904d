"""What looks like an endpoint with a name and is none stays unlisted; a name that nobody knows is not made up."""

import textwrap

import pytest
from tests.harness.engine import read
from tests.receivers.reading import labels

DECOYS = {
    "a client of Socket.IO listens": (
        "src/client.js",
        """
        import { io } from 'socket.io-client';
        const socket = io('http://localhost');
        socket.on('connect', () => { socket.on('message', render); });
        io.on('connection', (socket) => { socket.on('message', render); });
        """,
    ),
    "an emitter that is no socket": (
        "src/pool.js",
        """
        const pool = new Pool();
        pool.on('connection', (connection) => { connection.on('error', log); connection.query('SET x = 1'); });
        emitter.on('message', handle);
        """,
    ),
    "builders of something else": (
        "src/query.ts",
        """
        builder.objectType({ fields: ['a'] });
        queryBuilder.queryField('users', (t) => t.field({ name: 'x' }));
        define('report', () => {});
        module.define('agenda', () => {});
        """,
    ),
    "a server of HTTP counts its connections": (
        "src/server.ts",
        """
        import http from 'http';
        const server = http.createServer(app);
        server.on('connection', (socket) => { sockets.add(socket); socket.on('close', () => sockets.delete(socket)); });
        """,
    ),
    "a client of ws": (
        "src/feed.ts",
        "import WebSocket from 'ws';\nconst feed = new WebSocket(url);\nfeed.on('message', handle);\n",
    ),
    "queries of a client of GraphQL": (
        "src/queries.ts",
        """
        import { gql, useQuery } from '@apollo/client';
        export const USERS = gql`query Users { users { id } }`;
        export const Query = { users: 'users' };
        """,
    ),
    "an enumeration that is called like a root": (
        "src/graphql/names.ts",
        "export const OPERATIONS = { Query: { name: 'query' }, Mutation: { name: 'mutation' } };\n",
    ),
    "decorators of another library": (
        "src/orders.ts",
        """
        import { Query, Resolver } from './decorators';
        import { Controller } from '@nestjs/common';
        @Resolver()
        export class Orders { @Query('orders') list() {} }
        """,
    ),
    "Nest's own `@Query` of a request": (
        "src/list.controller.ts",
        """
        import { Controller, Query } from '@nestjs/common';
        import { Args } from '@nestjs/graphql';
        @Controller('orders')
        export class Orders { list(@Query('page') page: string) {} }
        """,
    ),
    "subscribers of something that is no consumer": (
        "src/store.ts",
        """
        import { Kafka } from 'kafkajs';
        store.subscribe({ topic: 'state' });
        subject.subscribe((value) => render(value));
        """,
    ),
    "a topic that only the environment knows": (
        "src/consumer.ts",
        """
        import { Kafka } from 'kafkajs';
        await consumer.subscribe({ topic: process.env.TOPIC });
        await consumer.run({ eachMessage: handle });
        """,
    ),
    "tasks of something that is no queue": (
        "flows.py",
        """
        from prefect import task
        from invoke import task as job
        from airflow.decorators import dag
        import celery

        @task
        def load(): pass

        @job
        def build(c): pass

        @client.task
        def other(): pass
        """,
    ),
    "Strawberry's inputs and plain classes": (
        "types.py",
        """
        import strawberry

        @strawberry.input
        class Filter:
            name: str

        class Query:
            def users(self): return []
        """,
    ),
    "a method that resolves something else": (
        "paths.py",
        """
        class Finder(Base):
            def resolve_path(self, path): return path
        """,
    ),
    "the servicer that was generated": (
        "orders_pb2_grpc.py",
        """
        class OrdersServicer(object):
            def Get(self, request, context): raise NotImplementedError()
        """,
    ),
    "a client of gRPC in Go": (
        "client.go",
        """
        package shop
        type client struct { conn pb.OrdersClient }
        func (c *client) Get(ctx context.Context, in *pb.GetOrder) (*pb.Order, error) { return c.conn.Get(ctx, in) }
        """,
    ),
    "a router of net/http beside tasks of Asynq": (
        "main.go",
        """
        package main
        import ("net/http"; "github.com/hibiken/asynq")
        func main() { mux := http.NewServeMux(); mux.HandleFunc("/orders", list) }
        """,
    ),
    "controllers, tests and plain classes of .NET": (
        "Orders.cs",
        """
        namespace Shop;
        public class OrdersController : ControllerBase { public Task Consume(string a) => null; }
        public class Consumer : IConsumer<Order> { public void Consume(Order order) { } }
        public class Query { public int GetCount() => 1; }
        public abstract class BaseHub : Hub { public Task Send() => null; }
        """,
    ),
    "what happens inside of a Spring application": (
        "Events.java",
        """
        package shop;
        @Component class Events {
          @EventListener void created(OrderCreated event) {}
          @Scheduled(fixedRate = 1000) void tick() {}
          @GetMapping("/orders") void list() {}
        }
        """,
    ),
    "classes of Ruby that are called like jobs": (
        "app/models/print_job.rb",
        """
        class PrintJob < ApplicationRecord
          field :name, String
          def perform; end
        end
        """,
    ),
    "a trait of Rust that is no service": (
        "src/handler.rs",
        """
        use tonic::Request;
        impl Handler for Service { async fn call(&self, request: http::Request<Body>) -> Result<Body, Error> { todo!() } }
        """,
    ),
    "events of a library that has one of the names": (
        "signals.py",
        """
        import socketio_settings

        @signals.on("message")
        def on_message(data): pass

        @event
        def other(): pass
        """,
    ),
}


@pytest.mark.parametrize("what", DECOYS)
def test_nothing_is_made_up(what: str) -> None:
    path, text = DECOYS[what]
    assert labels(text, path) == []


def test_a_name_that_is_not_known_is_kept_apart() -> None:
    path, text = DECOYS["a topic that only the environment knows"]
    found = read({path: textwrap.dedent(text).encode()}).snapshot.endpoints
    assert [(e.method, e.path_known) for e in found] == [("MESSAGE", False)]
