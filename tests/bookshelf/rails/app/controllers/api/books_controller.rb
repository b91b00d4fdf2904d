module Api
  class BooksController < ApplicationController
    before_action :authenticate_user!, only: %i[create update destroy]

    def index
      limit = [params.fetch(:limit, 20).to_i, 100].min
      offset = [params.fetch(:offset, 0).to_i, 0].max
      render json: Book.order(:id).limit(limit).offset(offset)
    end

    def create
      book = Book.create!(book_params)
      render json: book, status: :created
    end

    def show
      render json: Book.find(params[:book_id])
    end

    def update
      book = Book.find(params[:book_id])
      book.update!(book_params)
      render json: book
    end

    def destroy
      book = Book.find(params[:book_id])
      book.destroy!
      head :no_content
    end

    private

    def book_params
      params.require(:book).permit(:title, :isbn, :author_id)
    end
  end
end
