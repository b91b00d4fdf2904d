import { applyDecorators, createParamDecorator, ExecutionContext, UseGuards } from '@nestjs/common';
import { JwtAuthGuard } from './jwt-auth.guard';

/** Readers who have logged in. */
export const Members = () => applyDecorators(UseGuards(JwtAuthGuard));

export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest().user,
);
