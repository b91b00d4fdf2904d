module Api
  class ReviewsController < ApplicationController
    before_action :authenticate_user!, only: :create
    before_action :set_book

    def index
      limit = [params.fetch(:limit, 20).to_i, 100].min
      offset = [params.fetch(:offset, 0).to_i, 0].max
      render json: @book.reviews.order(:id).limit(limit).offset(offset)
    end

    def create
      review = Review.post(@book, @current_user, review_params)
      render json: review, status: :created
    end

    private

    def set_book
      @book = Book.find(params[:book_id])
    end

    def review_params
      params.require(:review).permit(:rating, :text)
    end
  end
end
