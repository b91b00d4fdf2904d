class Api::V1::WishesController < ApplicationController
  before_action :authenticate_customer!, only: %i[index create update]

  def index
    render json: @customer.wishes.order(created_at: :desc).limit(100)
  end

  def create
    wish = @customer.wishes.new(wish_params)
    if wish.save
      render json: wish, status: :created
    else
      render json: { errors: wish.errors }, status: :unprocessable_entity
    end
  end

  def update
    wish = @customer.wishes.find(params[:id])
    wish.update!(wish_params)
    render json: wish
  end

  def destroy
    Wish.find(params[:id]).destroy!
    head :no_content
  end

  private

  def wish_params
    params.require(:wish).permit(:book_id, :note)
  end
end
