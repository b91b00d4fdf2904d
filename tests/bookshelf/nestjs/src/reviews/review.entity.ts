import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity('reviews')
@Unique(['bookId', 'userId'])
export class Review {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  bookId: number;

  @Index()
  @Column()
  userId: number;

  @Column()
  rating: number;

  @Column('text')
  text: string;
}
