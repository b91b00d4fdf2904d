import { Controller, Get } from '@nestjs/common';

@Controller('health')
export class HealthController {
  /** Whether the service runs. */
  @Get()
  health(): { status: string } {
    return { status: 'ok' };
  }
}
