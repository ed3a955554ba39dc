import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";

const orders = [{ id: 1, shop: "Kunming" }];

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    type Order {
      id: Int!
      shop: String!
    }
    type Query {
      hello: String
      order(id: Int!): Order
    }
    type Subscription {
      countdown(from: Int!): Int!
    }
  `,
  resolvers: {
    Query: {
      hello: () => "world",
      order: (_parent, { id }) => orders.find((order) => order.id === id),
    },
    Subscription: {
      countdown: {
        subscribe: async function* (_parent, { from }) {
          for (let i = from; i >= 0; i--) {
            yield { countdown: i };
          }
        },
      },
    },
  },
});

// Create a Yoga instance with a GraphQL schema.
const yoga = createYoga({ schema, logging: false });

// Pass it into a server to hook into request handlers.
const server = createServer(yoga);

// Start the server and you're done!
server.listen(process.env.PORT ?? 4000, () => {
  console.info("Server is running on http://localhost:4000/graphql");
});
