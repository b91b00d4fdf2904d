module Api
  class AuthorsController < ApplicationController
    def index
      render json: Author.order(:name)
    end
  end
end
