class Customer < ApplicationRecord
  has_secure_password

  has_many :wishes, dependent: :destroy
  has_many :cart_items, dependent: :destroy

  validates :name, presence: true
  validates :email, presence: true, uniqueness: true
end
