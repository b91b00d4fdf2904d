import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Author } from './author.entity';
import { AuthorsController } from './authors.controller';

@Module({ imports: [TypeOrmModule.forFeature([Author])], controllers: [AuthorsController] })
export class AuthorsModule {}
