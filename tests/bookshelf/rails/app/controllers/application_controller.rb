class ApplicationController < ActionController::API
  include ActionController::HttpAuthentication::Token::ControllerMethods

  rescue_from ActiveRecord::RecordNotFound, with: :not_found
  rescue_from DuplicateReview, with: :conflict

  private

  def authenticate_user!
    @current_user = authenticate_with_http_token { |token, _options| User.find_by(api_token: token) }
    render json: { error: "sign in first" }, status: :unauthorized unless @current_user
  end

  def not_found
    render json: { error: "not found" }, status: :not_found
  end

  def conflict
    render json: { error: "this book has a review of yours already" }, status: :conflict
  end
end
