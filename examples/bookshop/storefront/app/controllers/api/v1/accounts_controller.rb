class Api::V1::AccountsController < ApplicationController
  before_action :authenticate_customer!

  def show
    render json: @customer.slice(:id, :name, :email)
  end

  def update
    if @customer.update(params.require(:customer).permit!)
      render json: @customer.slice(:id, :name, :email)
    else
      render json: { errors: @customer.errors }, status: :unprocessable_entity
    end
  end
end
