import { Body, Controller, Get, NotFoundException, Param, ParseIntPipe, Post, Query } from "@nestjs/common";
import { AppService, type Order } from "./app.service.js";

@Controller()
export class AppController {
  constructor(private readonly appService: AppService) {}

  @Get()
  getHello(): string {
    return this.appService.getHello();
  }

  @Get("process")
  getProcess(@Query("n") n: string): { pid: number; n: string } {
    return { pid: process.pid, n };
  }

  @Post("orders")
  create(@Body() order: Order): Order & { id: number } {
    return this.appService.create(order);
  }

  @Get("orders/:id")
  findOne(@Param("id", ParseIntPipe) id: number): Order {
    const order = this.appService.findOne(id);
    if (order === undefined) throw new NotFoundException();
    return order;
  }
}
