class Api::V1::CartsController < ApplicationController
  before_action :authenticate_customer!

  def show
    render json: @customer.cart_items.order(:created_at).limit(200)
  end

  def clear
    @customer.cart_items.delete_all
    head :no_content
  end

  def add
    item = @customer.cart_items.create!(params.require(:item).permit(:book_id, :quantity))
    render json: item, status: :created
  end

  def remove
    @customer.cart_items.find(params[:id]).destroy!
    head :no_content
  end

  def summary
    render json: { items: @customer.cart_items.sum(:quantity) }
  end
end
