"""One example for each recogniser of JavaScript and TypeScript."""

from typing import Final

from tests.receivers.reading import Shelf

SHELF: Final[Shelf] = {
    "graphql": (
        {
            "src/resolvers.ts": """
                import { listUsers } from './users';
                import { withAuth } from './auth';
                export const resolvers = {
                  Query: {
                    users: listUsers,
                    user: async (_, { id }) => db.user(id),
                  },
                  Mutation: {
                    createUser: withAuth(async (_, { input }) => db.create(input)),
                  },
                  Subscription: {
                    userCreated: { subscribe: () => pubsub.asyncIterator('USER') },
                  },
                  User: {
                    posts(parent) { return db.posts(parent.id); },
                  },
                  Role: { ADMIN: 'admin' },
                  Node: { __resolveType: (o) => o.kind },
                };
            """,
            "src/users.ts": "export async function listUsers() { return db.users(); }\n",
            "src/schema.js": """
                const { GraphQLObjectType, GraphQLString } = require('graphql');
                const RootQuery = new GraphQLObjectType({
                  name: 'RootQueryType',
                  fields: () => ({ book: { type: Book, resolve(parent, args) { return find(args.id); } }, title: { type: GraphQLString } }),
                });
            """,
        },
        (
            "GRAPHQL Query.users -> listUsers",
            "GRAPHQL Query.user -> graphql Query.user",
            "GRAPHQL Mutation.createUser -> graphql Mutation.createUser",
            "GRAPHQL Subscription.userCreated -> graphql Subscription.userCreated",
            "GRAPHQL User.posts -> graphql User.posts",
            "GRAPHQL Query.book -> graphql Query.book",
        ),
    ),
    "type-graphql": (
        {
            "src/user.resolver.ts": """
                import { Resolver, Query, Mutation, FieldResolver, Arg } from 'type-graphql';
                @Resolver((of) => User)
                export class UserResolver {
                  @Query(() => [User], { name: 'users' })
                  list() { return User.find(); }
                  @Mutation(() => User)
                  createUser(@Arg('input') input: UserInput) { return User.create(input); }
                  @FieldResolver()
                  posts() { return []; }
                  helper() {}
                }
            """,
        },
        (
            "GRAPHQL Query.users -> UserResolver.list",
            "GRAPHQL Mutation.createUser -> UserResolver.createUser",
            "GRAPHQL User.posts -> UserResolver.posts",
        ),
    ),
    "socket.io": (
        {
            "src/sockets.js": """
                const { Server } = require('socket.io');
                const { EVENTS } = require('./events');
                const io = new Server(server);
                function onChat(socket) {
                  socket.on('chat:send', (message) => save(message));
                }
                io.on('connection', (socket) => {
                  socket.on('join', join);
                  socket.on(EVENTS.leave, () => {});
                  socket.on('disconnect', () => {});
                  orders(db, socket);
                });
                const orders = (db, client) => { client.on('orders', list); };
                io.of('/chat').on('connection', onChat);
                function join(room) {}
                function list() {}
            """,
            "src/events.js": "exports.EVENTS = { leave: 'leave' };\n",
            "src/handlers/chat.js": """
                exports.chatHandler = (socket, server) => {
                  socket.on('typing', (user) => { server.tell(user); });
                };
            """,
            "web/store.js": """
                import { io } from 'socket.io-client';
                export const socket = io();
            """,
            "web/listen.js": """
                export function listen(socket) { socket.on('typing', render); }
            """,
            "src/orders.js": """
                module.exports = (io, socket) => {
                  socket.on('order:create', async (order) => { await db.insert(order); });
                };
            """,
        },
        (
            "SOCKET typing -> socket typing",
            "SOCKET order:create -> socket order:create",
            "SOCKET /chat chat:send -> socket /chat chat:send",
            "SOCKET join -> join",
            "SOCKET leave -> socket EVENTS.leave",
            "SOCKET orders -> list",
        ),
    ),
    "ws": (
        {
            "src/live.ts": """
                import { WebSocketServer } from 'ws';
                const wss = new WebSocketServer({ server, path: '/live' });
                wss.on('connection', (ws) => { ws.on('message', (data) => handle(data)); });
                wss.on('error', log);
            """,
            "src/any.js": """
                const WebSocket = require('ws');
                function start() {
                  const all = new WebSocket.Server({ port: 8080 });
                  all.on('connection', connected);
                }
                function connected(ws) {}
            """,
        },
        ("SOCKET * -> connected", "SOCKET /live -> socket /live"),
    ),
    "kafkajs": (
        {
            "src/consumer.ts": """
                import { Kafka } from 'kafkajs';
                const TOPIC = 'orders.created';
                const consumer = new Kafka({ clientId: 'shop' }).consumer({ groupId: 'shop' });
                export async function run() {
                  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
                  await consumer.subscribe({ topics: ['orders.paid', 'orders.shipped'] });
                  await consumer.run({ eachMessage: async ({ message }) => { await handle(message); } });
                }
            """,
        },
        (
            "MESSAGE orders.created -> message orders.created",
            "MESSAGE orders.paid -> message orders.created",
            "MESSAGE orders.shipped -> message orders.created",
        ),
    ),
    "pothos": (
        {
            "src/schema.ts": """
                import SchemaBuilder from '@pothos/core';
                export const builder = new SchemaBuilder({});
                builder.queryField('users', (t) => t.field({ type: [User], resolve: () => db.users() }));
                builder.mutationType({ fields: (t) => ({ addUser: t.field({ type: User, resolve: addUser }) }) });
                builder.objectType('User', {
                  fields: (t) => ({
                    name: t.exposeString('name'),
                    posts: t.field({ type: [Post], resolve: (user) => db.posts(user.id) }),
                  }),
                });
                function addUser() {}
            """,
        },
        (
            "GRAPHQL Query.users -> graphql Query.users",
            "GRAPHQL Mutation.addUser -> addUser",
            "GRAPHQL User.posts -> graphql User.posts",
        ),
    ),
    "nexus": (
        {
            "src/schema.ts": """
                import { extendType, mutationField, objectType } from 'nexus';
                export const Users = extendType({
                  type: 'Query',
                  definition(t) {
                    t.list.field('users', { type: 'User', resolve: () => db.users() });
                    t.string('version');
                  },
                });
                export const addUser = mutationField('addUser', { type: 'User', resolve: add });
                function add() {}
            """,
        },
        ("GRAPHQL Query.users -> graphql Query.users", "GRAPHQL Mutation.addUser -> add"),
    ),
    "grpc-js": (
        {
            "src/server.js": """
                const grpc = require('@grpc/grpc-js');
                const server = new grpc.Server();
                server.addService(proto.shop.Orders.service, { getOrder: getOrder, list: (call, done) => done(null, {}) });
                function getOrder(call, done) {}
            """,
        },
        ("GRPC Orders/GetOrder -> getOrder", "GRPC Orders/List -> grpc Orders/List"),
    ),
    "agenda": (
        {
            "src/jobs.js": """
                const PgBoss = require('pg-boss');
                module.exports = (agenda, boss) => {
                  agenda.define('report', { concurrency: 1 }, async (job) => { await report(job); });
                  boss.work('mails', send);
                };
                function send(job) {}
            """,
        },
        ("MESSAGE report -> message report", "MESSAGE mails -> send"),
    ),
    "amqplib": (
        {
            "src/worker.js": """
                const amqp = require('amqplib');
                async function main() {
                  const channel = await connection.createChannel();
                  channel.consume('mails', async (message) => { await send(message); });
                  channel.consume('audit', onAudit, { noAck: true });
                }
                function onAudit(message) {}
            """,
        },
        ("MESSAGE mails -> message mails", "MESSAGE audit -> onAudit"),
    ),
    "bullmq": (
        {
            "src/mails.ts": """
                import { Worker } from 'bullmq';
                import { send } from './send';
                export const worker = new Worker('mails', async (job) => send(job.data), { connection });
            """,
            "src/send.ts": "export function send(data) {}\n",
            "src/videos.js": """
                const Queue = require('bull');
                const videos = new Queue('videos', url);
                videos.process('transcode', 5, transcode);
                videos.process(async (job) => {});
                function transcode(job) {}
            """,
        },
        (
            "MESSAGE mails -> message mails",
            "MESSAGE videos/transcode -> transcode",
            "MESSAGE videos -> message videos",
        ),
    ),
    "nestjs": (
        {
            "src/users.resolver.ts": """
                import { Resolver, Query, Mutation, Args, ResolveField, Subscription } from '@nestjs/graphql';
                import { UseGuards } from '@nestjs/common';
                @Resolver(() => User)
                export class UsersResolver {
                  @Query(() => [User], { name: 'users' })
                  findAll() { return this.users.all(); }
                  @UseGuards(JwtAuthGuard)
                  @Mutation(() => User)
                  createUser(@Args('input') input: CreateUser) { return this.users.create(input); }
                  @Subscription('userCreated')
                  created() {}
                  @ResolveField()
                  posts() { return []; }
                }
            """,
            "src/chat.gateway.ts": """
                import { WebSocketGateway, SubscribeMessage, MessageBody } from '@nestjs/websockets';
                @WebSocketGateway({ namespace: 'chat' })
                export class ChatGateway {
                  @SubscribeMessage('send')
                  send(@MessageBody() text: string) {}
                }
            """,
            "src/orders.controller.ts": """
                import { Controller } from '@nestjs/common';
                import { MessagePattern, EventPattern, GrpcMethod } from '@nestjs/microservices';
                import { TOPICS } from './topics';
                @Controller()
                export class OrdersController {
                  @MessagePattern({ cmd: 'sum' })
                  sum(data: number[]) {}
                  @EventPattern(TOPICS.created)
                  created(data: Order) {}
                  @GrpcMethod('OrdersService', 'FindOne')
                  findOne(data: ById) {}
                  @GrpcMethod('OrdersService')
                  list() {}
                }
            """,
            "src/topics.ts": "export const TOPICS = { created: 'orders.created' };\n",
            "src/audio.processor.ts": """
                import { Processor, Process, WorkerHost } from '@nestjs/bullmq';
                @Processor('audio')
                export class AudioProcessor {
                  @Process('transcode')
                  transcode(job: Job) {}
                }
                @Processor('video')
                export class VideoProcessor extends WorkerHost {
                  async process(job: Job) {}
                }
            """,
        },
        (
            "MESSAGE audio/transcode -> AudioProcessor.transcode",
            "MESSAGE video -> VideoProcessor.process",
            "SOCKET /chat send -> ChatGateway.send",
            "MESSAGE cmd=sum -> OrdersController.sum",
            "MESSAGE orders.created -> OrdersController.created",
            "GRPC OrdersService/FindOne -> OrdersController.findOne",
            "GRPC OrdersService/List -> OrdersController.list",
            "GRAPHQL Query.users -> UsersResolver.findAll",
            "GRAPHQL Mutation.createUser -> UsersResolver.createUser",
            "GRAPHQL Subscription.userCreated -> UsersResolver.created",
            "GRAPHQL User.posts -> UsersResolver.posts",
        ),
    ),
}
