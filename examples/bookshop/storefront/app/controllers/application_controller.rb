class ApplicationController < ActionController::API
  include ActionController::HttpAuthentication::Token::ControllerMethods

  rescue_from ActiveRecord::RecordNotFound do
    render json: { error: "Not found." }, status: :not_found
  end

  private

  def authenticate_customer!
    @customer = authenticate_with_http_token { |token, _| Customer.find_by(token_digest: Digest::SHA256.hexdigest(token)) }
    render json: { error: "Please sign in." }, status: :unauthorized unless @customer
  end
end
